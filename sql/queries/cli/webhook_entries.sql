-- cli/webhook_entries: every stage that sends to a webhook, with all that a registry file says of it.
--
-- Returns: webhook, stage, event_type, url, method, headers jsonb, body, secret_env (NULL: unsigned), timeout_seconds, concurrency,
--          allow_private, description, enabled, batch_size, max_attempts, backoff_seconds, registry_key (NULL: not imported),
--          registry jsonb. Those that were imported come first.
-- Reads:  pipeline.stages, pipeline.webhooks
-- Locks:  none
select
    webhook.name as webhook,
    stage.name as stage,
    stage.event_type,
    webhook.url,
    webhook.method,
    webhook.headers,
    webhook.body,
    webhook.secret_env,
    extract(epoch from webhook.timeout)::double precision as timeout_seconds,
    webhook.concurrency,
    webhook.allow_private,
    webhook.description,
    webhook.enabled,
    stage.batch_size,
    stage.max_attempts::integer as max_attempts,
    extract(epoch from stage.backoff)::double precision as backoff_seconds,
    webhook.registry_key,
    webhook.registry
from pipeline.stages as stage
join pipeline.webhooks as webhook on webhook.name = stage.target
where stage.kind = 'webhook'
order by webhook.registry_key is null, stage.id

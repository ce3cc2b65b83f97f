-- webhook/settings: where and how a webhook sends.
--
-- $1 text: its name.
-- Returns: name, url, method, headers jsonb, body, secret_env (NULL: unsigned), timeout_ms, concurrency, allow_private, enabled;
--          now_seconds: the time in Unix seconds, for signatures. No row: there is no such webhook.
-- Reads:  pipeline.webhooks
-- Locks:  none
select
    webhook.name,
    webhook.url,
    webhook.method,
    webhook.headers,
    webhook.body,
    webhook.secret_env,
    (extract(epoch from webhook.timeout) * 1000)::bigint as timeout_ms,
    webhook.concurrency,
    webhook.allow_private,
    webhook.enabled,
    extract(epoch from clock_timestamp())::double precision as now_seconds
from pipeline.webhooks as webhook
where webhook.name = $1

-- cli/webhook_put: writes a webhook as an entry of a registry file says; what the entry does not say stays, or is the default.
--
-- $1 text: name; $2 text: url; $3 text: method; $4 jsonb: headers; $5 text: body; $6 text: secret_env; $7 float8: timeout in
-- seconds; $8 integer: concurrency; $9 boolean: allow_private; $10 text: description; $11 boolean: enabled; $12 text: the entry's
-- key; $13 jsonb: the entry. NULL from $3 to $11: the entry does not say.
-- Returns: state: new, changed or unchanged.
-- Writes: pipeline.webhooks; by its trigger pipeline.stages
-- Locks:  the webhook's row, then its stages when enabled changes
with written as (
    insert into pipeline.webhooks as webhook (
        name, url, method, headers, body, secret_env, timeout, concurrency, allow_private, description, enabled, registry_key, registry
    )
    values (
        $1, $2, coalesce($3::text, 'POST'), coalesce($4::jsonb, '{}'), coalesce($5::text, 'standard'), $6,
        coalesce(make_interval(secs => $7::double precision), interval '20 seconds'), coalesce($8::integer, 8),
        coalesce($9::boolean, false), coalesce($10::text, ''), coalesce($11::boolean, true), $12, $13
    )
    on conflict (name) do update
    set url = excluded.url,
        method = coalesce($3::text, webhook.method),
        headers = coalesce($4::jsonb, webhook.headers),
        body = coalesce($5::text, webhook.body),
        secret_env = coalesce($6::text, webhook.secret_env),
        timeout = coalesce(make_interval(secs => $7::double precision), webhook.timeout),
        concurrency = coalesce($8::integer, webhook.concurrency),
        allow_private = coalesce($9::boolean, webhook.allow_private),
        description = coalesce($10::text, webhook.description),
        -- An entry that was planned before and says nothing of it now goes into service.
        enabled = coalesce($11::boolean, webhook.enabled or webhook.registry ? 'status'),
        registry_key = excluded.registry_key,
        registry = excluded.registry
    where webhook.url is distinct from excluded.url
    or webhook.registry_key is distinct from excluded.registry_key
    or webhook.registry is distinct from excluded.registry
    or webhook.method is distinct from coalesce($3::text, webhook.method)
    or webhook.headers is distinct from coalesce($4::jsonb, webhook.headers)
    or webhook.body is distinct from coalesce($5::text, webhook.body)
    or webhook.secret_env is distinct from coalesce($6::text, webhook.secret_env)
    or webhook.timeout is distinct from coalesce(make_interval(secs => $7::double precision), webhook.timeout)
    or webhook.concurrency is distinct from coalesce($8::integer, webhook.concurrency)
    or webhook.allow_private is distinct from coalesce($9::boolean, webhook.allow_private)
    or webhook.description is distinct from coalesce($10::text, webhook.description)
    or webhook.enabled is distinct from coalesce($11::boolean, webhook.enabled)
    returning xmax = 0 as is_new
)
select coalesce((select case when written.is_new then 'new' else 'changed' end from written), 'unchanged') as state

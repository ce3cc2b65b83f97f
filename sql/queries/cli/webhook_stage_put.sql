-- cli/webhook_stage_put: writes the stage that sends events of one type to a webhook; what is not given stays, or is the default.
--
-- A stage of another kind is left alone. A new stage of a webhook that is not enabled begins paused.
--
-- $1 text: name; $2 text: event type; $3 text: webhook; $4 integer: batch size; $5 integer: attempts; $6 float8: wait after the first
-- failed attempt in seconds. NULL from $4: not given.
-- Returns: state: new, changed, unchanged, or foreign: a stage of another kind has that name; others: the names of further
--          stages for the event type, or NULL.
-- Reads:  pipeline.webhooks
-- Writes: pipeline.stages; by its trigger pipeline.ready, pipeline.unrouted
-- Locks:  the stage's row
with
wanted as (
    select
        webhook.concurrency,
        -- The webhook's own time-out ends a call; the stage's is the net below it.
        webhook.timeout + interval '10 seconds' as timeout,
        not webhook.enabled as paused,
        format('Webhook %s is not enabled; set enabled in pipeline.webhooks.', webhook.name) as paused_reason
    from pipeline.webhooks as webhook
    where webhook.name = $3
),
written as (
    insert into pipeline.stages as stage (
        name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, timeout, paused, paused_reason, description
    )
    select
        $1::text, $2::text, 'webhook', $3::text, coalesce($4::integer, 100), wanted.concurrency, coalesce($5::integer, 10)::smallint,
        coalesce(make_interval(secs => nullif($6::double precision, 0)), interval '5 seconds'), wanted.timeout, wanted.paused,
        case when wanted.paused then wanted.paused_reason end, format('Posts %s to the webhook %s.', $2::text, $3::text)
    from wanted
    on conflict (name) do update
    set event_type = excluded.event_type,
        target = excluded.target,
        batch_size = coalesce($4::integer, stage.batch_size),
        max_attempts = coalesce($5::integer::smallint, stage.max_attempts),
        backoff = coalesce(make_interval(secs => nullif($6::double precision, 0)), stage.backoff)
    where stage.kind = 'webhook'
    and (stage.event_type, stage.target, stage.batch_size, stage.max_attempts, stage.backoff) is distinct from (
        excluded.event_type,
        excluded.target,
        coalesce($4::integer, stage.batch_size),
        coalesce($5::integer::smallint, stage.max_attempts),
        coalesce(make_interval(secs => nullif($6::double precision, 0)), stage.backoff)
    )
    returning xmax = 0 as is_new
)
select
    case
        when exists (select from pipeline.stages as stage where stage.name = $1 and stage.kind <> 'webhook') then 'foreign'
        else coalesce((select case when written.is_new then 'new' else 'changed' end from written), 'unchanged')
    end as state,
    (
        select string_agg(stage.name, ', ' order by stage.name)
        from pipeline.stages as stage
        where stage.event_type = $2
        and stage.name <> $1
    ) as others

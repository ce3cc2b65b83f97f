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
given as (
    select
        $2::text as event_type,
        $3::text as target,
        coalesce($4::integer, stage.batch_size) as batch_size,
        coalesce($5::integer::smallint, stage.max_attempts) as max_attempts,
        coalesce(make_interval(secs => nullif($6::double precision, 0)), stage.backoff) as backoff
    from pipeline.stages as stage
    where stage.name = $1
),
changed as (
    update pipeline.stages as stage
    set event_type = given.event_type,
        target = given.target,
        batch_size = given.batch_size,
        max_attempts = given.max_attempts,
        backoff = given.backoff
    from given
    where stage.name = $1
    and stage.kind = 'webhook'
    and (stage.event_type, stage.target, stage.batch_size, stage.max_attempts, stage.backoff)
        is distinct from (given.event_type, given.target, given.batch_size, given.max_attempts, given.backoff)
    returning stage.id
),
-- Only what is not there: an insert that finds its row there has taken one of 32,767 ids all the same.
added as (
    insert into pipeline.stages (
        name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, timeout, paused, paused_reason, description
    )
    select
        $1::text, $2::text, 'webhook', $3::text, coalesce($4::integer, 100), wanted.concurrency, coalesce($5::integer, 10)::smallint,
        coalesce(make_interval(secs => nullif($6::double precision, 0)), interval '5 seconds'), wanted.timeout, wanted.paused,
        case when wanted.paused then wanted.paused_reason end, format('Posts %s to the webhook %s.', $2::text, $3::text)
    from wanted
    where not exists (select from given)
    on conflict (name) do nothing
    returning stages.id
)
select
    case
        when exists (select from pipeline.stages as stage where stage.name = $1 and stage.kind <> 'webhook') then 'foreign'
        when exists (select from added) then 'new'
        when exists (select from changed) then 'changed'
        else 'unchanged'
    end as state,
    (
        select string_agg(stage.name, ', ' order by stage.name)
        from pipeline.stages as stage
        where stage.event_type = $2
        and stage.name <> $1
    ) as others

-- pipeline.return_permits(stage_id, event_ids): gives back what was taken of a limit for events that did not begin after all.
--
-- Somebody held them in the ledger, they were settled without a call, are too large to be held with the others, or waited for their calls when
-- the stage was paused or the daemon stopped. Those that are parked behind them are looked at again.
--
-- Arguments: stage_id; event_ids: what pipeline.admit allowed, but for those that began.
-- Returns: nothing; does nothing for a stage without a limit.
-- Reads:  pipeline.limits, pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.limit_usage, pipeline.waiting_keys
-- Locks:  their buckets, in the order of their keys

create or replace function pipeline.return_permits(stage_id smallint, event_ids bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_limit record;
begin
    select limits.name, limits.key, coalesce(limits.burst, limits.rate) as burst into v_limit
    from pipeline.stages as stage
    join pipeline.limits on limits.name = stage.limiter
    where stage.id = return_permits.stage_id;

    if not found then
        return;
    end if;

    perform
    from pipeline.limit_usage as bucket
    where bucket.limit_name = v_limit.name
    and bucket.key in (
        select pipeline.limit_key(event.payload, v_limit.key)
        from marketing.pipeline_events as event
        where event.id = any (return_permits.event_ids)
    )
    order by bucket.key
    for update;

    with
    returned as (
        select pipeline.limit_key(event.payload, v_limit.key) as key, count(*) as events
        from marketing.pipeline_events as event
        where event.id = any (return_permits.event_ids)
        group by 1
    ),
    filled as (
        update pipeline.limit_usage as bucket
        -- It has filled by itself meanwhile, and holds no more than it may.
        set tokens = least(bucket.tokens + returned.events, v_limit.burst)
        from returned
        where bucket.limit_name = v_limit.name
        and bucket.key = returned.key
    )
    update pipeline.waiting_keys as waiting
    set wake_at = clock_timestamp()
    from returned
    where waiting.limit_name = v_limit.name
    and waiting.key = returned.key
    and waiting.stage_id = return_permits.stage_id;

    perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.id = return_permits.stage_id;
end
$$;

comment on function pipeline.return_permits(smallint, bigint[]) is
    'Gives back what was taken of a limit for events that did not begin after all.';

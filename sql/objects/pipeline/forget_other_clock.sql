-- pipeline.forget_other_clock(): lets limits go on after the database's clock was set back.
--
-- A bucket that was filled at a time still to come fills from now on, with the tokens it has: what passed since is not known, and more than the
-- rate must never begin. What waits for such a bucket is judged anew.
--
-- Returns: nothing.
-- Reads:  pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.limit_usage, pipeline.waiting_keys, pipeline.limit_wakes; by pipeline.unpark pipeline.parked and pipeline.ready
-- Locks:  buckets that nobody else holds, then the parked rows

create or replace function pipeline.forget_other_clock()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Sessions beside each other read the clock a moment apart: that is no other clock.
    c_apart constant interval := '1 second';
    v_limits text[];
    v_parked bigint[];
begin
    with
    ahead as (
        update pipeline.limit_usage as bucket
        set filled_at = clock_timestamp()
        from (
            select held.limit_name, held.key
            from pipeline.limit_usage as held
            where held.filled_at > clock_timestamp() + c_apart
            for update skip locked
        ) as free
        where bucket.limit_name = free.limit_name
        and bucket.key = free.key
        returning bucket.limit_name, bucket.key
    ),
    woken as (
        update pipeline.waiting_keys as waiting
        set wake_at = clock_timestamp()
        from ahead
        where waiting.limit_name = ahead.limit_name
        and waiting.key = ahead.key
        and waiting.wake_at is not null
    )
    select
        (select array_agg(distinct ahead.limit_name) from ahead),
        (
            select array_agg(parked.event_id)
            from pipeline.parked
            -- They were set aside for less than that (pipeline.set_aside_locked).
            where parked.until > clock_timestamp() + c_apart
        )
    into v_limits, v_parked;

    if v_parked is not null then
        perform pipeline.unpark(v_parked);
    end if;

    delete from pipeline.limit_wakes
    using pipeline.stages as stage
    where stage.id = limit_wakes.stage_id
    and stage.limiter = any (v_limits);

    perform pg_notify('pipeline_wake', stage.event_type)
    from pipeline.stages as stage
    where stage.limiter = any (v_limits);
end
$$;

comment on function pipeline.forget_other_clock() is 'Lets limits go on after the database''s clock was set back.';

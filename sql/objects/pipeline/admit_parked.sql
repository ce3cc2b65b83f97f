-- pipeline.admit_parked(stage_id, limiter, most, holds, begun): takes parked events of a stage, of each key that may go on as many as it has left.
--
-- A bucket that somebody else holds is left to a later claim. An event that a daemon died holding is queued instead, since it must come as a
-- batch of its own; what its key has left is left for it.
--
-- Arguments: stage_id; limiter; most: how many at once; holds: whether they go on after this transaction; begun: events that begin in it
--            already, and are not yet counted among the calls.
-- Returns: the events that may begin; NULL: none.
-- Reads:  pipeline.limits, marketing.pipeline_events
-- Writes: pipeline.limit_usage, pipeline.waiting_keys, pipeline.parked; by pipeline.unpark pipeline.ready
-- Locks:  buckets that nobody else holds, then their parked rows

create or replace function pipeline.admit_parked(stage_id smallint, limiter text, most integer, holds boolean, begun bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Each key is looked at once: its next time is later than this.
    v_now constant timestamptz := clock_timestamp();
    v_field constant text := (select limits.key from pipeline.limits where limits.name = limiter);
    v_begun_keys constant text[] := array(
        select pipeline.limit_key(event.payload, v_field)
        from marketing.pipeline_events as event
        where holds
        and event.id = any (begun)
    );
    v_left integer := most;
    v_key text;
    v_permits record;
    v_allowed integer;
    v_begun bigint[];
    v_lone bigint[];
    v_admitted bigint[];
    v_next_at timestamptz;
    v_waits boolean := false;
begin
    while v_left > 0 loop
        -- One by one: a bucket that is locked and not used would hold others up.
        select waiting.key into v_key
        from pipeline.waiting_keys as waiting
        join pipeline.limit_usage as bucket on bucket.limit_name = waiting.limit_name and bucket.key = waiting.key
        where waiting.stage_id = admit_parked.stage_id
        and waiting.wake_at <= v_now
        and waiting.limit_name = admit_parked.limiter
        order by waiting.wake_at
        limit 1
        for no key update of bucket skip locked;

        exit when not found;

        select permits.* into v_permits from pipeline.permits(admit_parked.limiter, v_key, holds) as permits;
        v_permits.calls := v_permits.calls - cardinality(array_positions(v_begun_keys, v_key));
        v_allowed := greatest(least(v_left, v_permits.calls, floor(v_permits.tokens)::integer), 0);

        select array_agg(first.event_id) filter (where not first.alone), array_agg(first.event_id) filter (where first.alone)
        into v_begun, v_lone
        from (
            select parked.event_id, parked.alone
            from pipeline.parked
            where parked.limit_name = admit_parked.limiter
            and parked.key = v_key
            and parked.stage_id = admit_parked.stage_id
            order by parked.priority, parked.deadline, parked.event_id
            limit v_allowed
            for update skip locked
        ) as first;

        delete from pipeline.parked
        where parked.event_id = any (v_begun);

        if v_lone is not null then
            perform pipeline.unpark(v_lone);
        end if;

        if v_permits.per_second is not null and v_begun is not null then
            update pipeline.limit_usage as bucket
            set tokens = bucket.tokens - cardinality(v_begun)
            where bucket.limit_name = admit_parked.limiter
            and bucket.key = v_key;
        end if;

        if exists (
            select from pipeline.parked
            where parked.limit_name = admit_parked.limiter
            and parked.key = v_key
            and parked.stage_id = admit_parked.stage_id
        ) then
            v_next_at := pipeline.next_permit_at(
                v_permits.tokens - coalesce(cardinality(v_begun), 0), v_permits.per_second, v_permits.burst,
                v_permits.calls - coalesce(cardinality(v_begun), 0)
            );

            update pipeline.waiting_keys as waiting
            set wake_at = v_next_at
            where waiting.limit_name = admit_parked.limiter
            and waiting.key = v_key
            and waiting.stage_id = admit_parked.stage_id;

            v_waits := v_waits or coalesce(v_next_at > clock_timestamp(), false);
        else
            delete from pipeline.waiting_keys as waiting
            where waiting.limit_name = admit_parked.limiter
            and waiting.key = v_key
            and waiting.stage_id = admit_parked.stage_id;
        end if;

        v_admitted := v_admitted || v_begun;
        v_left := most - coalesce(cardinality(v_admitted), 0);
    end loop;

    if v_waits then
        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_admitted;
end
$$;

comment on function pipeline.admit_parked(smallint, text, integer, boolean, bigint[]) is
    'Takes parked events of a stage, of each key that may go on as many as it has left.';

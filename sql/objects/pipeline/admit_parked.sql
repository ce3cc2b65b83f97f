-- pipeline.admit_parked(stage_id, limiter, most, holds): takes parked events of a stage whose key may go on, the first of each key.
--
-- A bucket that somebody else holds is left to the next claim: who holds it says when that is. An event that a daemon died holding is queued
-- instead, since it must come as a batch of its own; its permit is left for it.
--
-- Arguments: stage_id; limiter; most: how many at once; holds: whether they go on after this transaction.
-- Returns: the events that may begin; NULL: none.
-- Reads:  pipeline.limits, pipeline.stages
-- Writes: pipeline.limit_usage, pipeline.parked, pipeline.ready
-- Locks:  buckets that nobody else holds, then their parked rows

create or replace function pipeline.admit_parked(stage_id smallint, limiter text, most integer, holds boolean)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_left integer := most;
    v_key text;
    v_permits record;
    v_begun bigint[];
    v_lone bigint[];
    v_admitted bigint[];
    v_waits boolean := false;
    v_wake_at timestamptz;
begin
    if v_left <= 0 then
        return null;
    end if;

    for v_key in
        select bucket.key
        from pipeline.limit_usage as bucket
        where bucket.limit_name = admit_parked.limiter
        and bucket.wake_at <= v_now
        and exists (
            select from pipeline.parked
            where parked.limit_name = bucket.limit_name
            and parked.key = bucket.key
            and parked.stage_id = admit_parked.stage_id
            offset 0
        )
        order by bucket.wake_at
        for update skip locked
    loop
        select permits.* into v_permits from pipeline.permits(admit_parked.limiter, v_key) as permits;
        v_permits.calls := case when holds then v_permits.calls end;

        select array_agg(first.event_id) filter (where not first.alone), array_agg(first.event_id) filter (where first.alone)
        into v_begun, v_lone
        from (
            select parked.event_id, parked.alone
            from pipeline.parked
            where parked.limit_name = admit_parked.limiter
            and parked.key = v_key
            and parked.stage_id = admit_parked.stage_id
            order by parked.priority, parked.deadline, parked.event_id
            limit greatest(
                least(v_left, case when v_permits.per_second is not null then floor(v_permits.tokens)::bigint end, v_permits.calls), 0
            )
            for update skip locked
        ) as first;

        delete from pipeline.parked
        where parked.event_id = any (v_begun);

        if v_lone is not null then
            perform pipeline.unpark(v_lone);
        end if;

        v_permits.tokens := v_permits.tokens - coalesce(cardinality(v_begun), 0);
        v_permits.calls := v_permits.calls - coalesce(cardinality(v_begun), 0);

        update pipeline.limit_usage as bucket
        set tokens = case when v_permits.per_second is null then bucket.tokens else v_permits.tokens end,
            wake_at = case
                when exists (select from pipeline.parked where parked.limit_name = bucket.limit_name and parked.key = bucket.key)
                    then pipeline.next_permit_at(v_permits.tokens, v_permits.per_second, v_permits.burst, v_permits.calls)
            end
        where bucket.limit_name = admit_parked.limiter
        and bucket.key = v_key
        returning bucket.wake_at into v_wake_at;

        v_waits := v_waits or coalesce(v_wake_at > clock_timestamp(), false);
        v_admitted := v_admitted || v_begun;
        v_left := most - coalesce(cardinality(v_admitted), 0);
        exit when v_left <= 0;
    end loop;

    if v_waits then
        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_admitted;
end
$$;

comment on function pipeline.admit_parked(smallint, text, integer, boolean) is
    'Takes parked events of a stage whose key may go on.';

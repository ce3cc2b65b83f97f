-- pipeline.admit_keys(limiter, key, taken, holds): of events taken off the queue, lets begin what each key has left, and parks the rest.
--
-- Where some of a key are parked, those that come wait with them, and pipeline.admit_parked lets the first of them all begin; except one that
-- a daemon died holding, which comes before all others.
--
-- Arguments: limiter; key: the payload's field; taken: rows of pipeline.ready that were deleted in this transaction; holds:
--            whether those that begin go on after it. If not, they end one after the other before the bucket is let go, so that they are
--            never too many at once.
-- Returns: the events that may begin; NULL: none.
-- Reads:  marketing.pipeline_events
-- Writes: pipeline.limit_usage, pipeline.parked
-- Locks:  buckets in the order of their keys

drop function if exists pipeline.admit_keys(text, text, pipeline.ready[]);

create or replace function pipeline.admit_keys(limiter text, key text, taken pipeline.ready[], holds boolean)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_keys text[];
    v_tokens double precision[];
    v_per_second double precision[];
    v_bursts double precision[];
    v_calls integer[];
    v_admitted bigint[];
    v_waits boolean;
begin
    -- A statement of its own: what follows must see the buckets, and what is parked, as they are now.
    select
        array_agg(keys.key), array_agg(permits.tokens), array_agg(permits.per_second), array_agg(permits.burst),
        array_agg(case when admit_keys.holds then permits.calls end)
    into v_keys, v_tokens, v_per_second, v_bursts, v_calls
    from (
        select pipeline.limit_key(event.payload, admit_keys.key) as key
        from unnest(admit_keys.taken) as taken
        join marketing.pipeline_events as event on event.id = taken.event_id
        group by 1
        order by 1
    ) as keys
    cross join lateral pipeline.permits(admit_keys.limiter, keys.key) as permits;

    with
    allowed as materialized (
        select
            each.*,
            exists (select from pipeline.parked where parked.limit_name = admit_keys.limiter and parked.key = each.key) as is_waited_for
        from unnest(v_keys, v_tokens, v_per_second, v_bursts, v_calls) as each (key, tokens, per_second, burst, calls)
    ),
    judged as materialized (
        select
            keyed.*,
            allowed.is_waited_for and not keyed.alone
            or keyed.place > allowed.calls is true
            or allowed.per_second is not null and keyed.place > allowed.tokens as is_parked
        from (
            select
                taken.*,
                event.deadline as due_by,
                pipeline.limit_key(event.payload, admit_keys.key) as key,
                row_number() over (
                    partition by pipeline.limit_key(event.payload, admit_keys.key)
                    order by taken.priority, event.deadline, taken.event_id
                ) as place
            from unnest(admit_keys.taken) as taken
            join marketing.pipeline_events as event on event.id = taken.event_id
        ) as keyed
        join allowed using (key)
    ),
    parked as (
        insert into pipeline.parked (event_id, limit_name, key, stage_id, priority, deadline, alone)
        select judged.event_id, admit_keys.limiter, judged.key, judged.stage_id, judged.priority, judged.due_by, judged.alone
        from judged
        where judged.is_parked
    ),
    spent as (
        update pipeline.limit_usage as bucket
        set tokens = case when allowed.per_second is null then bucket.tokens else bucket.tokens - used.begun end,
            wake_at = case
                when used.parked > 0 then pipeline.next_permit_at(
                    allowed.tokens - used.begun, allowed.per_second, allowed.burst, allowed.calls - used.begun::integer
                )
                else bucket.wake_at
            end
        from allowed
        join (
            select
                judged.key,
                count(*) filter (where not judged.is_parked) as begun,
                count(*) filter (where judged.is_parked) as parked
            from judged
            group by judged.key
        ) as used using (key)
        where bucket.limit_name = admit_keys.limiter
        and bucket.key = allowed.key
        returning used.parked > 0 and bucket.wake_at > clock_timestamp() as waits
    )
    select
        (select array_agg(judged.event_id order by judged.event_id) from judged where not judged.is_parked),
        exists (select from spent where spent.waits)
    into v_admitted, v_waits;

    if v_waits then
        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_admitted;
end
$$;

comment on function pipeline.admit_keys(text, text, pipeline.ready[], boolean) is 'Lets begin what each key has left of its limit, and parks the rest.';

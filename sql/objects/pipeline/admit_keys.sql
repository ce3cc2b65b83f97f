-- pipeline.admit_keys(limiter, key, taken, room, holds): of events taken off the queue, lets begin what each key has left, and parks the rest.
--
-- Where some of a key are parked, those that come wait with them, and pipeline.admit_parked lets the first of them all begin; except one that
-- a daemon died holding, which comes before all others.
--
-- Arguments: limiter; key: the payload's field; taken: rows of pipeline.ready of one stage that were deleted in this transaction; room: how many
--            may begin; holds: whether those go on after it. If not, they end one after the other before the bucket is let go, so that they are
--            never too many at once.
-- Returns: the events that may begin; NULL: none.
-- Reads:  marketing.pipeline_events
-- Writes: pipeline.limit_usage, pipeline.waiting_keys, pipeline.parked
-- Locks:  buckets in the order of their keys

drop function if exists pipeline.admit_keys(text, text, pipeline.ready[]);
drop function if exists pipeline.admit_keys(text, text, pipeline.ready[], boolean);

create or replace function pipeline.admit_keys(limiter text, key text, taken pipeline.ready[], room integer, holds boolean)
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
        array_agg(keys.key), array_agg(permits.tokens), array_agg(permits.per_second), array_agg(permits.burst), array_agg(permits.calls)
    into v_keys, v_tokens, v_per_second, v_bursts, v_calls
    from (
        select pipeline.limit_key(event.payload, admit_keys.key) as key
        from unnest(admit_keys.taken) as taken
        join marketing.pipeline_events as event on event.id = taken.event_id
        group by 1
        order by 1
    ) as keys
    cross join lateral pipeline.permits(admit_keys.limiter, keys.key, admit_keys.holds) as permits;

    with
    allowed as materialized (
        select
            each.*,
            exists (
                select from pipeline.waiting_keys as waiting
                where waiting.limit_name = admit_keys.limiter
                and waiting.key = each.key
            ) as has_parked
        from unnest(v_keys, v_tokens, v_per_second, v_bursts, v_calls) as each (key, tokens, per_second, burst, calls)
    ),
    keyed as materialized (
        select
            taken.stage_id,
            taken.priority,
            taken.event_id,
            taken.alone,
            event.deadline,
            pipeline.limit_key(event.payload, admit_keys.key) as key
        from unnest(admit_keys.taken) as taken
        join marketing.pipeline_events as event on event.id = taken.event_id
    ),
    placed as (
        select
            keyed.*,
            row_number() over (partition by keyed.key order by keyed.priority, keyed.deadline, keyed.event_id) as place
        from keyed
    ),
    held_back as (
        select
            placed.*,
            (allowed.has_parked and not placed.alone)
            -- What is NULL bounds nothing.
            or coalesce(placed.place > least(allowed.calls, allowed.tokens), false) as by_key
        from placed
        join allowed using (key)
    ),
    judged as materialized (
        select
            held_back.*,
            held_back.by_key
            or (
                not held_back.alone
                and admit_keys.room < row_number() over (
                    partition by held_back.by_key
                    order by held_back.priority, held_back.deadline, held_back.event_id
                )
            ) as is_parked
        from held_back
    ),
    used as materialized (
        select
            judged.key,
            min(judged.stage_id) as stage_id,
            count(*) filter (where not judged.is_parked) as begun,
            bool_or(judged.is_parked) as has_parked
        from judged
        group by judged.key
    ),
    spent as (
        update pipeline.limit_usage as bucket
        set tokens = bucket.tokens - used.begun
        from used
        join allowed using (key)
        where bucket.limit_name = admit_keys.limiter
        and bucket.key = used.key
        and used.begun > 0
        and allowed.per_second is not null
    ),
    waiting as (
        insert into pipeline.waiting_keys as waiting (limit_name, key, stage_id, wake_at)
        select
            admit_keys.limiter,
            used.key,
            used.stage_id,
            pipeline.next_permit_at(
                allowed.tokens - used.begun, allowed.per_second, allowed.burst, allowed.calls - used.begun::integer
            )
        from used
        join allowed using (key)
        where used.has_parked
        on conflict (limit_name, key, stage_id) do update
        set wake_at = excluded.wake_at
        returning waiting.wake_at
    ),
    parked as (
        insert into pipeline.parked (event_id, limit_name, key, stage_id, priority, deadline, alone)
        select judged.event_id, admit_keys.limiter, judged.key, judged.stage_id, judged.priority, judged.deadline, judged.alone
        from judged
        where judged.is_parked
    )
    select
        (select array_agg(judged.event_id order by judged.event_id) from judged where not judged.is_parked),
        exists (select from waiting where waiting.wake_at > clock_timestamp())
    into v_admitted, v_waits;

    if v_waits then
        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_admitted;
end
$$;

comment on function pipeline.admit_keys(text, text, pipeline.ready[], integer, boolean) is 'Lets begin what each key has left of its limit, and parks the rest.';

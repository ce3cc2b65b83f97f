-- pipeline.admit_keys(limiter, key, taken, holds): of events taken off the queue, lets begin what each key has left, and parks the rest.
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
    v_calls integer[];
    v_admitted bigint[];
    v_parks boolean;
begin
    -- A statement of its own: what follows must see the buckets as they are now.
    select array_agg(keys.key), array_agg(permits.tokens), array_agg(permits.per_second), array_agg(permits.calls)
    into v_keys, v_tokens, v_per_second, v_calls
    from (
        select pipeline.limit_key(event.payload, admit_keys.key) as key
        from unnest(admit_keys.taken) as taken
        join marketing.pipeline_events as event on event.id = taken.event_id
        group by 1
        order by 1
    ) as keys
    cross join lateral pipeline.permits(admit_keys.limiter, keys.key) as permits;

    with
    judged as materialized (
        select
            keyed.*,
            allowed.tokens,
            allowed.per_second,
            admit_keys.holds and keyed.place > coalesce(allowed.calls, keyed.place) as waits_for_a_call,
            allowed.per_second is not null and keyed.place > allowed.tokens as waits_for_a_token
        from (
            select
                taken.*,
                pipeline.limit_key(event.payload, admit_keys.key) as key,
                row_number() over (
                    partition by pipeline.limit_key(event.payload, admit_keys.key)
                    order by taken.priority, event.deadline, taken.event_id
                ) as place
            from unnest(admit_keys.taken) as taken
            join marketing.pipeline_events as event on event.id = taken.event_id
        ) as keyed
        join unnest(v_keys, v_tokens, v_per_second, v_calls) as allowed (key, tokens, per_second, calls) using (key)
    ),
    parked as (
        insert into pipeline.parked (event_id, limit_name, key, stage_id, priority, alone, until)
        select
            judged.event_id, admit_keys.limiter, judged.key, judged.stage_id, judged.priority, judged.alone,
            case
                when not judged.waits_for_a_call
                    then clock_timestamp() + (judged.place - judged.tokens) / judged.per_second * interval '1 second'
            end
        from judged
        where judged.waits_for_a_call
        or judged.waits_for_a_token
        returning parked.until
    ),
    spent as (
        update pipeline.limit_usage as bucket
        set tokens = bucket.tokens - used.events
        from (
            select judged.key, count(*) as events
            from judged
            where not judged.waits_for_a_call
            and not judged.waits_for_a_token
            and judged.per_second is not null
            group by judged.key
        ) as used
        where bucket.limit_name = admit_keys.limiter
        and bucket.key = used.key
    )
    select
        (
            select array_agg(judged.event_id order by judged.event_id) from judged
            where not judged.waits_for_a_call and not judged.waits_for_a_token
        ),
        exists (select from parked where parked.until is not null)
    into v_admitted, v_parks;

    if v_parks then
        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_admitted;
end
$$;

comment on function pipeline.admit_keys(text, text, pipeline.ready[], boolean) is 'Lets begin what each key has left of its limit, and parks the rest.';

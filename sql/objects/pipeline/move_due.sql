-- pipeline.move_due(most): queues the events whose time has come, and wakes stages whose limit lets them go on.
--
-- Arguments: most: how many at once.
-- Returns: moved: how many were queued; stage_ids: of which stages, or NULL; wait_ms: milliseconds until the next is due (0: now; NULL:
--          nothing is scheduled).
-- Reads:  pipeline.stages, pipeline.waiting_keys, marketing.pipeline_events
-- Writes: pipeline.scheduled, pipeline.ready, pipeline.unrouted, pipeline.parked, pipeline.limit_wakes; by pipeline.fan_out marketing.pipeline_events
-- Locks:  due rows of pipeline.scheduled, pipeline.parked and pipeline.limit_wakes that nobody else holds

drop function if exists pipeline.move_due(integer);

create or replace function pipeline.move_due(most integer, out moved bigint, out stage_ids smallint[], out wait_ms bigint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    -- Who claims has heard the bell by then, or has not heard it at all.
    c_heard constant interval := '1 second';
    -- A value, not a call: an index finds what is due only by what stands still.
    v_now constant timestamptz := clock_timestamp();
    v_woken smallint[];
    v_going_on smallint[];
    v_shared bigint[];
begin
    with
    due as materialized (
        select scheduled.ctid as place
        from pipeline.scheduled
        where scheduled.run_at <= v_now
        order by scheduled.run_at, scheduled.event_id
        limit most
        for update skip locked
    ),
    taken as (
        delete from pipeline.scheduled
        where scheduled.ctid = any (array(select due.place from due))
        returning scheduled.event_id
    ),
    -- Rows that the ledger no longer calls pending were settled by other means.
    pending as materialized (
        select event.*
        from taken
        -- Each by its id (offset keeps it so): a ledger that is empty by its statistics would be read from end to end.
        cross join lateral (
            select event.id, event.event_type, event.priority, event.crashes, event.deadline, event.claimed_at, event.stage_id
            from marketing.pipeline_events as event
            where event.id = taken.event_id
            and event.status = 'pending'
            offset 0
        ) as event
    ),
    wanted as materialized (
        select
            event.id,
            event.event_type,
            event.priority,
            event.crashes,
            event.deadline,
            coalesce(route.leader_id, own.id) as stage_id,
            -- An event that was begun before has been shared out, or belongs to its first stage.
            event.claimed_at is null and cardinality(route.other_ids) > 0 as is_shared
        from pending as event
        -- Only the routes that are wanted: all of them would be put together for each call.
        left join pipeline.routes as route
            on route.event_type = event.event_type
            and route.event_type = any (array(select distinct pending.event_type from pending))
            and event.stage_id is null
        left join pipeline.stages as own
            on own.id = event.stage_id
            and own.event_type = event.event_type
    ),
    queued as (
        insert into pipeline.ready (stage_id, priority, event_id, alone, requeued, deadline)
        select wanted.stage_id, wanted.priority, wanted.id, wanted.crashes > 0, true, wanted.deadline
        from wanted
        where wanted.stage_id is not null
        on conflict do nothing
        returning ready.stage_id
    ),
    unrouted as (
        insert into pipeline.unrouted (event_id, event_type)
        select wanted.id, wanted.event_type
        from wanted
        where wanted.stage_id is null
        on conflict do nothing
    )
    select
        (select count(*) from taken),
        (select array_agg(distinct queued.stage_id) from queued),
        (select array_agg(wanted.id) from wanted where wanted.is_shared)
    into moved, stage_ids, v_shared;

    if v_shared is not null then
        perform pipeline.fan_out(v_shared);
    end if;

    -- The caller wakes its own stages by itself; this is for the other daemons.
    perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.id = any (stage_ids);

    -- What somebody held in the ledger.
    if exists (select from pipeline.parked where parked.until <= v_now) then
        perform pipeline.unpark(
            array(
                select parked.event_id
                from pipeline.parked
                where parked.until <= v_now
                order by parked.until
                limit most
                for update skip locked
            )
        );
    end if;

    -- A claim that puts one off holds it until its work is done: nobody waits for that.
    with woken as (
        delete from pipeline.limit_wakes
        where limit_wakes.stage_id = any (
            array(select due.stage_id from pipeline.limit_wakes as due where due.wake_at <= v_now for update skip locked)
        )
        returning limit_wakes.stage_id
    )
    select array_agg(woken.stage_id) into v_woken
    from woken;

    -- What waits for a key is begun by its stage. One that does not hear it now is rung by the heartbeat.
    if exists (select from pipeline.waiting_keys as waiting where waiting.wake_at between v_now - c_heard and v_now) then
        select array_agg(stage.id) into v_going_on
        from pipeline.stages as stage
        where stage.limiter is not null
        and pipeline.has_due_keys(stage.id, stage.limiter);
    end if;

    v_woken := v_woken || v_going_on;
    perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.id = any (v_woken);
    stage_ids := stage_ids || v_woken;

    -- No row where nothing is due ever: greatest would make 0 of NULL, and infinity has no milliseconds.
    -- Rounded down: timers round up, and who comes a little early looks once more.
    select floor(greatest(extract(epoch from next.at - clock_timestamp()), 0) * 1000)
    into wait_ms
    from (
        select least(
            -- Not min: in a table that is empty by its statistics it would be looked for from end to end.
            (select scheduled.run_at from pipeline.scheduled order by scheduled.run_at limit 1),
            (select min(parked.until) from pipeline.parked),
            (select min(limit_wakes.wake_at) from pipeline.limit_wakes where limit_wakes.wake_at > v_now),
            (select min(waiting.wake_at) from pipeline.waiting_keys as waiting where waiting.wake_at > v_now)
        ) as at
    ) as next
    where isfinite(next.at);
end
$$;

comment on function pipeline.move_due(integer) is 'Queues events whose run_at has come; returns how many and how long until the next.';

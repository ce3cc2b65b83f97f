-- pipeline.route_events(): sends new events where they belong and tells the listeners.
--
-- Fires once per INSERT statement into the ledger, whoever inserts. What can run goes to pipeline.ready, what is due later to
-- pipeline.scheduled, what no stage handles to pipeline.unrouted with a notice. An event of a type that several stages handle is
-- copied for each of them. Small statements are announced event by event, large ones by one summary for each type: a bulk insert
-- must not queue 100,000 notifications. An event that is addressed to one stage wakes it without being announced: it is a copy.
-- An event that must not be is refused by the domain pipeline.sound_event (see pipeline.keep_sound).
--
-- While a daemon keeps pipeline.quiet, nothing is notified: announcements are left in pipeline.unannounced. That is safe only because
-- the lease is read after the events were written, thus under a transaction id, and by a fresh snapshot: who ends the lease waits for
-- all transactions that had an id by then. A transaction with one snapshot for all of it reads what is long over, and notifies.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_events (transition table), pipeline.stages, pipeline.routes, pipeline.quiet
-- Writes: pipeline.ready, pipeline.scheduled, pipeline.unrouted, pipeline.inflight, pipeline.unannounced, marketing.pipeline_events (retry_count of
--         events that bring attempts along; by pipeline.fan_out the copies)
-- Locks:  none beyond the inserted rows

create or replace function pipeline.route_events()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
    -- Beyond this many events a statement is announced by summaries.
    c_announced_singly constant integer := 50;
    -- Read once, or an event could be due for one statement and not for the next.
    v_now constant timestamptz := clock_timestamp();
    v_id bigint;
    v_type text;
    v_priority smallint;
    v_deadline timestamptz;
    v_is_plain boolean;
    v_has_attempts boolean;
    v_stage_ids smallint[];
    v_leaders jsonb;
    v_shared_types text[];
    v_ordinary bigint;
    v_new bigint;
    v_announced bigint;
    v_taken bigint;
    v_sound bigint;
    v_quiet_until timestamptz;
    v_wakes text[] := '{}';
    v_shared bigint[];
    v_unrouted_types text;
begin
    -- What nearly every event is: alone in its statement, due now, of a type that one stage handles, and sound, whatever
    -- pipeline.sound_event asks. Found out by one look.
    select
        event.id,
        event.event_type,
        event.priority,
        event.deadline,
        event.status = 'pending' and event.stage_id is null and event.run_at <= v_now and event.attempts = 0 and event.retry_count = 0
            and event.event_type = btrim(event.event_type) and length(event.event_type) between 1 and 100
            and jsonb_typeof(event.payload) = 'object' and event.priority between 1 and 10 and event.crashes = 0
            and event.processed_at is null and isfinite(event.run_at) and isfinite(event.created_at)
            and not exists (select from new_events offset 1),
        array(select stage.id from pipeline.stages as stage where stage.event_type = event.event_type),
        (select quiet.until from pipeline.quiet)
    into v_id, v_type, v_priority, v_deadline, v_is_plain, v_stage_ids, v_quiet_until
    from new_events as event;

    if not found then
        return null;
    elsif v_is_plain and cardinality(v_stage_ids) = 1 then
        insert into pipeline.ready (stage_id, priority, event_id, deadline)
        values (v_stage_ids[1], v_priority, v_id, v_deadline);

        if v_quiet_until > v_now and current_setting('transaction_isolation') = 'read committed' then
            insert into pipeline.unannounced (event_type, first_id, last_id, events)
            values (v_type, v_id, v_id, 1);
            return null;
        end if;

        v_new := 1;
        v_announced := 1;
        v_taken := 0;
        v_has_attempts := false;
        v_ordinary := 1;
    else
        select
            count(*) filter (where event.status = 'pending'),
            count(*) filter (where event.status = 'pending' and event.stage_id is null),
            count(*) filter (where event.status = 'processing'),
            coalesce(bool_or(event.attempts > 0 or event.retry_count > 0), false),
            -- The cast refuses an event that must not be.
            count(
                (
                    row(
                        event.event_type, jsonb_typeof(event.payload), event.status, event.priority, event.run_at, event.created_at,
                        event.attempts, event.retry_count, event.crashes, event.processed_at, event.error_message is null
                    )::pipeline.sound_event
                ).status
            )
        into v_new, v_announced, v_taken, v_has_attempts, v_sound
        from new_events as event;

        -- Looked up by name for each event. A join, which is planned as if there were a few, would hold each against every stage.
        select
            jsonb_object_agg(route.event_type, route.leader_id),
            coalesce(array_agg(route.event_type) filter (where cardinality(route.other_ids) > 0), '{}')
        into v_leaders, v_shared_types
        from pipeline.routes as route
        where route.event_type = any (array(select distinct event.event_type from new_events as event));

        insert into pipeline.ready (stage_id, priority, event_id, deadline)
        select (v_leaders ->> event.event_type)::smallint, event.priority, event.id, event.deadline
        from new_events as event
        where event.status = 'pending'
        and event.run_at <= v_now
        and event.stage_id is null
        and v_leaders ? event.event_type
        and event.event_type <> all (v_shared_types);
        get diagnostics v_ordinary = row_count;
    end if;

    -- Copied from elsewhere, with what became of it there.
    if v_has_attempts then
        update marketing.pipeline_events as event
        set retry_count = greatest(event.attempts - case when event.status in ('processing', 'processed') then 1 else 0 end, 0)
        where event.id in (select copied.id from new_events as copied where copied.attempts > 0 or copied.retry_count > 0);
    end if;

    -- Another program has them already.
    if v_taken > 0 then
        insert into pipeline.inflight (event_id, epoch, stage_id, worker_id)
        select event.id, nextval('pipeline.epochs'), coalesce(event.stage_id, 0), 0
        from new_events as event
        where event.status = 'processing';
    end if;

    if v_ordinary < v_new then
        with
        routed as materialized (
            select
                event.id,
                event.event_type,
                event.priority,
                event.run_at,
                event.deadline,
                event.run_at > v_now as is_later,
                event.stage_id is not null as is_addressed,
                case
                    when event.stage_id is null then (v_leaders ->> event.event_type)::smallint
                    else (select own.id from pipeline.stages as own where own.id = event.stage_id and own.event_type = event.event_type)
                end as stage_id,
                event.stage_id is null and event.event_type = any (v_shared_types) as is_shared
            from new_events as event
            where event.status = 'pending'
        ),
        -- Also what was queued above: a stage that came or went since then would leave out an event, or have it twice.
        queued as (
            insert into pipeline.ready (stage_id, priority, event_id, deadline)
            select routed.stage_id, routed.priority, routed.id, routed.deadline
            from routed
            where routed.stage_id is not null
            and not routed.is_later
            on conflict do nothing
        ),
        scheduled as (
            insert into pipeline.scheduled (run_at, event_id, stage_id)
            select routed.run_at, routed.id, routed.stage_id
            from routed
            where routed.is_later
        ),
        unrouted as (
            insert into pipeline.unrouted (event_id, event_type)
            select routed.id, routed.event_type
            from routed
            where routed.stage_id is null
            and not routed.is_later
        )
        select
            coalesce(array_agg(distinct routed.event_type) filter (where routed.is_addressed), '{}')
                || case when bool_or(routed.is_later) then array['schedule'] else '{}' end,
            array_agg(routed.id) filter (where routed.is_shared and not routed.is_later),
            string_agg(distinct routed.event_type, ', ') filter (where routed.stage_id is null and not routed.is_later)
        into v_wakes, v_shared, v_unrouted_types
        from routed;

        if v_shared is not null then
            perform pipeline.fan_out(v_shared);
        end if;

        if v_unrouted_types is not null then
            raise notice 'No stage handles events of type %: they are kept as pending and wait.', v_unrouted_types
                using hint = 'See marketing.vw_unrouted_events. A row in pipeline.stages with that event_type takes them over.';
        end if;
    end if;

    if v_quiet_until > v_now and current_setting('transaction_isolation') = 'read committed' then
        insert into pipeline.unannounced (event_type, first_id, last_id, events)
        select event.event_type, min(event.id), max(event.id), count(*)
        from new_events as event
        where event.status = 'pending'
        and event.stage_id is null
        group by event.event_type;

        if v_wakes <> '{}' then
            insert into pipeline.unannounced (event_type, first_id, last_id, events)
            select woken.event_type, null, null, 0
            from unnest(v_wakes) as woken (event_type);
        end if;

        return null;
    end if;

    if v_wakes <> '{}' then
        perform pg_notify('pipeline_wake', woken.event_type) from unnest(v_wakes) as woken (event_type);
    end if;

    if v_announced <= c_announced_singly then
        perform pg_notify('pipeline_event', pipeline.event_notification(event.id, event.event_type, event.payload))
        from new_events as event
        where event.status = 'pending'
        and event.stage_id is null;
    else
        perform pg_notify(
            'pipeline_event',
            pipeline.summary_notification(event.event_type, count(*), min(event.id), max(event.id))
        )
        from new_events as event
        where event.status = 'pending'
        and event.stage_id is null
        group by event.event_type;
    end if;

    -- The daemon that announced for writers died: what it left is announced now.
    if v_quiet_until > '-infinity' and v_quiet_until <= v_now then
        perform pipeline.relay_leftovers();
    end if;

    return null;
end
$$;

comment on function pipeline.route_events() is
    'Trigger function of the ledger: queues new events and notifies the channel pipeline_event.';

create or replace trigger route_events
    after insert on marketing.pipeline_events
    referencing new table as new_events
    for each statement
    execute function pipeline.route_events();

-- pipeline.route_events(): sends new events where they belong and tells the listeners.
--
-- Fires once per INSERT statement into the ledger, whoever inserts. What can run goes to pipeline.ready, what is due later to
-- pipeline.scheduled, what no stage handles to pipeline.unrouted with a notice. Small statements are announced event by event,
-- large ones by one summary for each type: a bulk insert must not queue 100,000 notifications.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_events (transition table), pipeline.stages
-- Writes: pipeline.ready, pipeline.scheduled, pipeline.unrouted
-- Locks:  none beyond the inserted rows

create or replace function pipeline.route_events()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Beyond this many events a statement is announced by summaries.
    c_announced_singly constant integer := 50;
    -- Read once, or an event could be due for one statement and not for the next.
    v_now constant timestamptz := clock_timestamp();
    v_new integer;
    v_ready integer;
    v_scheduled integer;
    v_types text;
begin
    insert into pipeline.ready (stage_id, priority, event_id)
    select stage.id, event.priority, event.id
    from new_events as event
    join pipeline.stages as stage on stage.event_type = event.event_type
    where event.status = 'pending'
    and event.run_at <= v_now;
    get diagnostics v_ready = row_count;

    select count(*) into v_new from new_events as event where event.status = 'pending';

    if v_ready < v_new then
        insert into pipeline.scheduled (run_at, event_id)
        select event.run_at, event.id
        from new_events as event
        where event.status = 'pending'
        and event.run_at > v_now;
        get diagnostics v_scheduled = row_count;

        if v_scheduled > 0 then
            perform pg_notify('pipeline_wake', 'schedule');
        end if;

        with unrouted as (
            insert into pipeline.unrouted (event_id, event_type)
            select event.id, event.event_type
            from new_events as event
            where event.status = 'pending'
            and event.run_at <= v_now
            and not exists (select from pipeline.stages as stage where stage.event_type = event.event_type)
            returning unrouted.event_type
        )
        select string_agg(distinct unrouted.event_type, ', ') into v_types from unrouted;

        if v_types is not null then
            raise notice 'No stage handles events of type %: they are kept as pending and wait.', v_types
                using hint = 'See marketing.vw_unrouted_events. A row in pipeline.stages with that event_type takes them over.';
        end if;
    end if;

    if v_new <= c_announced_singly then
        perform pg_notify('pipeline_event', pipeline.event_notification(event.id, event.event_type, event.payload))
        from new_events as event
        where event.status = 'pending';
    else
        perform pg_notify(
            'pipeline_event',
            jsonb_build_object(
                'event_type', event.event_type, 'count', count(*), 'first_id', min(event.id), 'last_id', max(event.id)
            )::text
        )
        from new_events as event
        where event.status = 'pending'
        group by event.event_type;
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

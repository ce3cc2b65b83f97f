-- pipeline.set_aside_locked(event_ids, stage_id, alone_ids): of events taken off a queue, locks those that are free, and sets the others aside.
--
-- A claim that met an event which somebody holds in the ledger gives up as a whole, and would meet it again: the claims that follow ask
-- this before they touch the ledger. What was set aside is queued again in a moment.
--
-- Arguments: event_ids: whose rows of pipeline.ready were deleted in this transaction; stage_id: their stage; alone_ids:
--            those that must run alone although no daemon is known to have died holding them.
-- Returns: those that are free; empty: none.
-- Reads:  pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.parked
-- Locks:  the events that nobody else holds

create or replace function pipeline.set_aside_locked(event_ids bigint[], stage_id smallint, alone_ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_aside constant interval := '250 milliseconds';
    -- They leave the other partitions out.
    v_first constant bigint := (select min(taken.id) from unnest(event_ids) as taken (id));
    v_last constant bigint := (select max(taken.id) from unnest(event_ids) as taken (id));
    v_free constant bigint[] := array(
        select event.id
        from marketing.pipeline_events as event
        where event.id = any (event_ids)
        and event.id between v_first and v_last
        for no key update skip locked
    );
begin
    if cardinality(v_free) = cardinality(event_ids) then
        return v_free;
    end if;

    -- One that is not in the ledger any more is nobody's.
    insert into pipeline.parked (event_id, limit_name, key, stage_id, priority, deadline, alone, until)
    select
        event.id, null, '', set_aside_locked.stage_id, event.priority, event.deadline, event.crashes > 0 or event.id = any (coalesce(alone_ids, '{}')),
        clock_timestamp() + c_aside
    from marketing.pipeline_events as event
    where event.id = any (event_ids)
    and event.id between v_first and v_last
    and event.id <> all (v_free)
    and event.status = 'pending'
    on conflict do nothing;

    if found then
        perform pg_notify('pipeline_wake', 'schedule');
        -- Who claims takes a batch that is not full for all there was.
        perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.id = set_aside_locked.stage_id;
    end if;

    return v_free;
end
$$;

comment on function pipeline.set_aside_locked(bigint[], smallint, bigint[]) is
    'Of events taken off a queue, locks those that are free, and sets the others aside for a moment.';

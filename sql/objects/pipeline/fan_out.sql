-- pipeline.fan_out(event_ids): gives every other stage of their types a copy of the events.
--
-- The event itself is addressed to the leader, so that whatever becomes of the stages later, none handles it twice. A copy is an
-- event like any other: it is claimed, retried, cancelled and reported on its own, and has the same parent and root.
--
-- Arguments: event_ids: events that are just being routed; those of types with one stage are left alone.
-- Returns: nothing.
-- Reads:  pipeline.routes
-- Writes: marketing.pipeline_events; by its trigger the hot tables
-- Locks:  the events, in the order of their ids

create or replace function pipeline.fan_out(event_ids bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$
begin
    with
    original as materialized (
        select event.*, route.leader_id, route.other_ids
        from marketing.pipeline_events as event
        join pipeline.routes as route
            on route.event_type = event.event_type
            -- Only those that are wanted: all of them would be put together for each statement.
            and route.event_type = any (
                array(select distinct shared.event_type from marketing.pipeline_events as shared where shared.id = any (event_ids))
            )
            and cardinality(route.other_ids) > 0
        where event.id = any (event_ids)
        and event.stage_id is null
        order by event.id
        for update of event
    ),
    addressed as (
        update marketing.pipeline_events as event
        set stage_id = original.leader_id
        from original
        where event.id = original.id
    )
    insert into marketing.pipeline_events (event_type, payload, priority, run_at, deadline, parent_id, root_id, stage_id)
    select
        original.event_type,
        original.payload,
        original.priority,
        original.run_at,
        original.deadline,
        original.parent_id,
        original.root_id,
        other.stage_id
    from original
    cross join unnest(original.other_ids) as other (stage_id)
    order by original.id, other.stage_id;
end
$$;

comment on function pipeline.fan_out(bigint[]) is
    'Copies events to every further stage of their type; the event itself stays with the first.';

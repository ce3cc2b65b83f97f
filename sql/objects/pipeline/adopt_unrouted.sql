-- pipeline.adopt_unrouted(event_type): gives events that no stage handled to the stage that now does.
--
-- Arguments: event_type, or NULL for every type.
-- Returns: how many events were queued.
-- Reads:  pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.unrouted, pipeline.ready
-- Locks:  the waiting rows

create or replace function pipeline.adopt_unrouted(event_type text)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    with
    -- The waiting events that have a stage by now.
    adopted as (
        delete from pipeline.unrouted
        using pipeline.stages as stage
        where stage.event_type = unrouted.event_type
        and (adopt_unrouted.event_type is null or unrouted.event_type = adopt_unrouted.event_type)
        returning unrouted.event_id, stage.id as stage_id
    ),
    -- Queue those that are still pending; the others were settled meanwhile.
    queued as (
        insert into pipeline.ready (stage_id, priority, event_id)
        select adopted.stage_id, event.priority, event.id
        from adopted
        join marketing.pipeline_events as event on event.id = adopted.event_id
        where event.status = 'pending'
        on conflict do nothing
        returning ready.event_id
    )
    select count(*) from queued;
end;

comment on function pipeline.adopt_unrouted(text) is 'Queues events that waited for a stage; NULL: of every type. Returns how many.';

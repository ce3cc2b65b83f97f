-- pipeline.adopt_unrouted(event_type): gives events that no stage handled to the stages that now do.
--
-- An event that was addressed to one stage waits for that stage alone.
--
-- Arguments: event_type.
-- Returns: how many events were queued, copies for further stages not counted.
-- Reads:  pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.unrouted, pipeline.ready; by pipeline.fan_out marketing.pipeline_events
-- Locks:  the waiting rows

create or replace function pipeline.adopt_unrouted(event_type text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_queued bigint[];
begin
    with
    -- The waiting events that have a stage by now, each with its first.
    wanted as materialized (
        select distinct on (unrouted.event_id) unrouted.event_id, stage.id as stage_id, event.priority, event.status, event.deadline
        from pipeline.unrouted
        -- Each by its id (offset keeps it so): where many wait, the ledger would be read from end to end.
        cross join lateral (
            select event.stage_id, event.priority, event.status, event.deadline
            from marketing.pipeline_events as event
            where event.id = unrouted.event_id
            offset 0
        ) as event
        join pipeline.stages as stage
            on stage.event_type = unrouted.event_type
            and stage.id = coalesce(event.stage_id, stage.id)
        where unrouted.event_type = adopt_unrouted.event_type
        order by unrouted.event_id, stage.id
    ),
    taken as (
        delete from pipeline.unrouted
        using wanted
        where unrouted.event_id = wanted.event_id
        returning unrouted.event_id
    ),
    -- Queue those that are still pending; the others were settled meanwhile.
    queued as (
        insert into pipeline.ready (stage_id, priority, event_id, requeued, deadline)
        select wanted.stage_id, wanted.priority, wanted.event_id, true, wanted.deadline
        from taken
        join wanted using (event_id)
        where wanted.status = 'pending'
        on conflict do nothing
        returning ready.event_id
    )
    select array_agg(queued.event_id) into v_queued from queued;

    perform pipeline.fan_out(v_queued);
    return coalesce(cardinality(v_queued), 0);
end
$$;

comment on function pipeline.adopt_unrouted(text) is 'Queues events of a type that waited for a stage. Returns how many.';

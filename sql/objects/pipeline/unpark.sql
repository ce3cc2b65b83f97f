-- pipeline.unpark(events): queues parked events again.
--
-- Arguments: events: ids of pipeline.parked.
-- Returns: nothing.
-- Reads:  pipeline.stages
-- Writes: pipeline.parked, pipeline.ready
-- Locks:  the parked rows

create or replace function pipeline.unpark(events bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_woken bigint;
begin
    with
    freed as (
        delete from pipeline.parked
        where parked.event_id = any (events)
        returning parked.*
    ),
    queued as (
        insert into pipeline.ready (stage_id, priority, event_id, alone, requeued, deadline)
        select freed.stage_id, freed.priority, freed.event_id, freed.alone, true, freed.deadline
        from freed
        on conflict do nothing
        returning ready.stage_id
    )
    select count(pg_notify('pipeline_wake', woken.event_type)) into strict v_woken
    from (
        select distinct stage.event_type
        from queued
        join pipeline.stages as stage on stage.id = queued.stage_id
    ) as woken;
end
$$;

comment on function pipeline.unpark(bigint[]) is 'Queues parked events again and wakes their stages.';

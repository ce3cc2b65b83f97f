-- pipeline.leave_deleted_stages(): takes events out of the queues of stages that were deleted at the moment when the events were written.
--
-- As pipeline.follow_stage does with those that it sees: what was addressed to the stage alone is cancelled, the rest waits for another.
-- Only deleted stages are looked for, so that queues are not read.
--
-- Returns: nothing.
-- Reads:  pipeline.stages, pipeline.stages_id_seq
-- Writes: marketing.pipeline_events, pipeline.ready, pipeline.unrouted
-- Locks:  the events that are cancelled, then the rows of the queues

create or replace function pipeline.leave_deleted_stages()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    v_deleted constant smallint[] := array(
        select number.id
        from pg_catalog.generate_series(1, (select sequence.last_value from pipeline.stages_id_seq as sequence)) as number (id)
        where not exists (select from pipeline.stages as stage where stage.id = number.id)
        and (select ready.event_id from pipeline.ready where ready.stage_id = number.id limit 1) is not null
    );
begin
    if v_deleted = '{}' then
        return;
    end if;

    update marketing.pipeline_events as event
    set status = 'cancelled',
        error_message = 'The stage was deleted before it handled this event.'
    where event.id = any (array(select ready.event_id from pipeline.ready where ready.stage_id = any (v_deleted)))
    and event.stage_id = any (v_deleted)
    and event.status = 'pending';

    with
    taken as (
        delete from pipeline.ready
        where ready.stage_id = any (v_deleted)
        returning ready.event_id
    )
    insert into pipeline.unrouted (event_id, event_type)
    select event.id, event.event_type
    from taken
    cross join lateral (
        select event.id, event.event_type
        from marketing.pipeline_events as event
        where event.id = taken.event_id
        and event.status = 'pending'
        offset 0
    ) as event
    on conflict do nothing;
end
$$;

comment on function pipeline.leave_deleted_stages() is
    'Takes events out of the queues of stages that were deleted while the events were written.';

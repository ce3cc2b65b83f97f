-- pipeline.follow_stage(): makes an edit of a stage take effect at once.
--
-- A new or repointed stage takes over the events that wait for one. When a stage is deleted or repointed, what waits for it goes
-- to the next stage of that type, or waits for one; what was addressed to it alone is cancelled, since every other stage of the
-- type has its own copy. The daemons are told.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  marketing.pipeline_events, pipeline.stages
-- Writes: pipeline.ready, pipeline.scheduled, pipeline.unrouted, pipeline.limit_wakes, marketing.pipeline_events
-- Locks:  the waiting rows

create or replace function pipeline.follow_stage()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_next_id smallint;
begin
    -- What a limit held back is judged anew, whatever was edited.
    perform pipeline.unpark(array(select parked.event_id from pipeline.parked where parked.stage_id = old.id));

    if tg_op = 'UPDATE' and new.event_type <> old.event_type or tg_op = 'DELETE' then
        update marketing.pipeline_events as event
        set status = 'cancelled',
            error_message = format('The stage %s was %s before it handled this event.', old.name, case tg_op when 'DELETE' then 'deleted' else 'given another event type' end)
        where event.id in (
            select ready.event_id from pipeline.ready where ready.stage_id = old.id
            union all
            select scheduled.event_id from pipeline.scheduled where scheduled.stage_id = old.id
        )
        and event.stage_id = old.id
        and event.status = 'pending';

        select min(stage.id) into v_next_id from pipeline.stages as stage where stage.event_type = old.event_type;

        with
        taken as (
            delete from pipeline.ready where stage_id = old.id
            returning ready.event_id, ready.priority, ready.alone, ready.deadline
        ),
        orphaned as materialized (
            select taken.*
            from taken
            join marketing.pipeline_events as event on event.id = taken.event_id and event.status = 'pending'
        ),
        queued as (
            insert into pipeline.ready (stage_id, priority, event_id, alone, requeued, deadline)
            select v_next_id, orphaned.priority, orphaned.event_id, orphaned.alone, true, orphaned.deadline
            from orphaned
            where v_next_id is not null
            on conflict do nothing
        )
        insert into pipeline.unrouted (event_id, event_type)
        select orphaned.event_id, old.event_type
        from orphaned
        where v_next_id is null
        on conflict do nothing;

        update pipeline.scheduled set stage_id = v_next_id where stage_id = old.id;
    end if;

    if tg_op <> 'DELETE' then
        perform pipeline.adopt_unrouted(new.event_type);
    end if;

    -- What a limit put off to a later moment is looked for now, under another one or none.
    if tg_op = 'UPDATE' and new.limiter is distinct from old.limiter then
        delete from pipeline.limit_wakes where stage_id = new.id;
        perform pg_notify('pipeline_wake', new.event_type);
    end if;

    perform pg_notify('pipeline_wake', 'stages');
    return null;
end
$$;

comment on function pipeline.follow_stage() is
    'Trigger function of pipeline.stages: routes waiting events to an edited stage and tells the daemons.';

create or replace trigger follow_stage
    after insert or delete or update of event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, paused, limiter
    on pipeline.stages
    for each row
    execute function pipeline.follow_stage();

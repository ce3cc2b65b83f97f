-- pipeline.follow_stage(): makes an edit of a stage take effect at once.
--
-- A new or repointed stage takes over the events that wait for one; paused_at follows paused; the daemons are told.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  marketing.pipeline_events
-- Writes: pipeline.ready, pipeline.unrouted
-- Locks:  the waiting rows

create or replace function pipeline.follow_stage()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and new.event_type <> old.event_type or tg_op = 'DELETE' then
        insert into pipeline.unrouted (event_id, event_type)
        select ready.event_id, old.event_type
        from pipeline.ready
        where ready.stage_id = old.id
        on conflict do nothing;

        delete from pipeline.ready where stage_id = old.id;
    end if;

    if tg_op <> 'DELETE' then
        perform pipeline.adopt_unrouted(new.event_type);
    end if;

    perform pg_notify('pipeline_wake', 'stages');
    return null;
end
$$;

comment on function pipeline.follow_stage() is
    'Trigger function of pipeline.stages: routes waiting events to an edited stage and tells the daemons.';

create or replace trigger follow_stage
    after insert or delete or update of event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, paused
    on pipeline.stages
    for each row
    execute function pipeline.follow_stage();

-- pipeline.follow_deadline(): a queued event whose deadline is changed waits at another place from then on.
--
-- Returns: the row, as it is.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready, pipeline.parked
-- Locks:  the event's row (held by the UPDATE), then its row of pipeline.ready or pipeline.parked

create or replace function pipeline.follow_deadline()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update pipeline.ready
    set deadline = new.deadline
    from pipeline.stages as stage
    where stage.event_type = new.event_type
    and ready.stage_id = stage.id
    and ready.priority = old.priority
    and ready.event_id = new.id;

    update pipeline.parked
    set deadline = new.deadline
    where parked.event_id = new.id;

    return new;
end
$$;

comment on function pipeline.follow_deadline() is 'Trigger function of the ledger: another deadline is another place in the queue of a stage with a limit.';

create or replace trigger follow_deadline
    before update of deadline on marketing.pipeline_events
    for each row
    when (new.deadline is distinct from old.deadline and old.status = 'pending')
    execute function pipeline.follow_deadline();

-- pipeline.keep_sound(): refuses a change of an event to what must not be.
--
-- The constraints are those of the domain pipeline.sound_event. A CHECK of the ledger would be read, planned and prepared anew for every
-- statement; so the triggers cast to the domain: this one changed events, pipeline.route_events new ones.
--
-- Returns: the row; raises check_violation with the name of the constraint.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.keep_sound()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The cast is what refuses. A column that is NULL is left to the ledger.
    v_sound constant text := (
        row(
            new.event_type, jsonb_typeof(new.payload), new.status, new.priority, new.run_at, new.created_at, new.attempts, new.retry_count,
            new.crashes, new.processed_at, new.error_message is null
        )::pipeline.sound_event
    ).status;
begin
    return new;
end
$$;

comment on function pipeline.keep_sound() is 'Trigger function of the ledger: refuses a change to an event that must not be.';

-- After pipeline.follow_status, which fills in what belongs to a change: triggers fire in the order of their names. Whoever adds one that
-- changes rows gives it a name before this.
create or replace trigger keep_sound
    before update of payload, priority, run_at, created_at, crashes, retry_count on marketing.pipeline_events
    for each row
    execute function pipeline.keep_sound();

-- Events that are claimed or processed are left out, if that is all that is said of them: they are nearly all. So a claimed event is to
-- have no processed_at, a processed one is.
create or replace trigger keep_sound_state
    before update of status, attempts, processed_at, error_message on marketing.pipeline_events
    for each row
    when (
        new.status not in ('processing', 'processed')
        or (new.processed_at is null) = (new.status = 'processed')
        or new.attempts not between 0 and 1000
    )
    execute function pipeline.keep_sound();

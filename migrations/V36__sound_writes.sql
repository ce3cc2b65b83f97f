-- What must hold of an event is asked where events are written, no longer by a CHECK of the ledger.
--
-- For every statement the server reads the text of a CHECK anew, makes a plan of it and prepares the domain's constraints: a fifth of what an
-- insert of one row into a published table takes in its session. A trigger function keeps its plans. So pipeline.route_events casts new
-- events to the domain pipeline.sound_event, and pipeline.keep_sound changed ones: the domain refuses what it refused, by the same names.
--
-- Until the objects are installed, a moment after this, the trigger asks about new events as well.

-- First, for it takes the strongest lock.
alter table marketing.pipeline_events
    drop constraint event_must_be_sound;

create function pipeline.keep_sound()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
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

create trigger keep_sound
    before insert or update on marketing.pipeline_events
    for each row
    execute function pipeline.keep_sound();

comment on domain pipeline.sound_event is
    'An event that may be: every new row of the ledger, and every changed one, is cast to this by its triggers (\dD+ pipeline.sound_event).';

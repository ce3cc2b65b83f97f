-- public.cancel_timers(): a timer that is deleted, also with its event, takes what still waits of it out of the schedule.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows (transition table)
-- Writes: marketing.pipeline_events
-- Locks:  the events in the ledger

create or replace function public.cancel_timers()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update marketing.pipeline_events as event
    set status = 'cancelled',
        error_message = 'The agenda no longer has it.'
    from old_rows as timer
    where event.id = timer.pipeline_event_id
    and event.status = 'pending';

    return null;
end
$$;

comment on function public.cancel_timers() is 'Trigger function of agenda_timers: deleting a timer cancels its event.';

create or replace trigger cancel_timers
    after delete on public.agenda_timers
    referencing old table as old_rows
    for each statement
    execute function public.cancel_timers();

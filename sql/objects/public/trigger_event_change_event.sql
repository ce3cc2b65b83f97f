-- trigger_event_change_event: a new or changed event is the event agenda_changed.
--
-- Reads:  public.events
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_event_change_event
    after insert on public.events
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,name,date,end_date,timezone,location,website,status,is_active,accelerated',
        'select (row ->> ''id'')::bigint',
        'null'
    );

create or replace trigger trigger_event_change_update_event
    after update on public.events
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,name,date,end_date,timezone,location,website,status,is_active,accelerated',
        'select (row ->> ''id'')::bigint',
        'null'
    );

-- trigger_event_day_event: changed opening hours are the event agenda_changed.
--
-- Reads:  public.event_days
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_event_day_event
    after insert on public.event_days
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,day_date,start_time,end_time',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_event_day_update_event
    after update on public.event_days
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,day_date,start_time,end_time',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_event_day_delete_event
    after delete on public.event_days
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,day_date,start_time,end_time',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

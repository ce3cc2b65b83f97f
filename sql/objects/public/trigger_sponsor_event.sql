-- trigger_sponsor_event: changed sponsors are the event agenda_changed.
--
-- Reads:  public.event_sponsors
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_sponsor_event
    after insert on public.event_sponsors
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,sponsor_name,booth_number,booth_location,focus_areas_served',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_sponsor_update_event
    after update on public.event_sponsors
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,sponsor_name,booth_number,booth_location,focus_areas_served',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_sponsor_delete_event
    after delete on public.event_sponsors
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,sponsor_name,booth_number,booth_location,focus_areas_served',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

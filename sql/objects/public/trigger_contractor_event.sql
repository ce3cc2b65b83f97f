-- trigger_contractor_event: what texts say of a person has changed: the event agenda_changed, for the live events to come.
--
-- Reads:  public.contractors
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_contractor_event
    after update on public.contractors
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,name,first_name,company_name,phone,focus_areas',
        'select attendee.event_id from public.event_attendees as attendee join public.events as event on event.id = attendee.event_id where attendee.contractor_id = (row ->> ''id'')::bigint and event.end_date >= current_date - 2',
        '(row ->> ''id'')'
    );

-- trigger_attendee_event: a registration, check-in, profile or consent is the event agenda_changed, for these people.
--
-- A mere check-in is due a little later: whoever has just come is introduced first (follow_attendance), and the texts of those who come in
-- one after the other are brought in step together.
--
-- Reads:  public.event_attendees
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_attendee_event
    after insert on public.event_attendees
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,contractor_id,registration_status,registration_date,check_in_time,check_out_time,profile_completion_status,profile_completion_time,sms_opt_in,real_phone',
        'select (row ->> ''event_id'')::bigint',
        '(row ->> ''contractor_id'')'
    );

create or replace trigger trigger_attendee_update_event
    after update on public.event_attendees
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,contractor_id,registration_status,registration_date,check_in_time,check_out_time,profile_completion_status,profile_completion_time,sms_opt_in,real_phone',
        'select (row ->> ''event_id'')::bigint',
        '(row ->> ''contractor_id'')',
        'check_in_time',
        '100 ms'
    );

create or replace trigger trigger_attendee_delete_event
    after delete on public.event_attendees
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,contractor_id,registration_status,registration_date,check_in_time,check_out_time,profile_completion_status,profile_completion_time,sms_opt_in,real_phone',
        'select (row ->> ''event_id'')::bigint',
        '(row ->> ''contractor_id'')'
    );

-- trigger_speaker_event: changed speakers are the event event_speakers_changed: the agenda may have to be laid out again.
--
-- Reads:  public.event_speakers
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_speaker_event
    after insert on public.event_speakers
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'event_speakers_changed',
        'id,event_id,name,session_title,session_description,session_time,session_end,session_duration_minutes,session_location',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_speaker_update_event
    after update on public.event_speakers
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'event_speakers_changed',
        'id,event_id,name,session_title,session_description,session_time,session_end,session_duration_minutes,session_location',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_speaker_delete_event
    after delete on public.event_speakers
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'event_speakers_changed',
        'id,event_id,name,session_title,session_description,session_time,session_end,session_duration_minutes,session_location',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

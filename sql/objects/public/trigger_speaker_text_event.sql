-- trigger_speaker_text_event: what texts say of a speaker has changed: the event agenda_changed.
--
-- Reads:  public.event_speakers
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_speaker_text_event
    after insert on public.event_speakers
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,name,title,company',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_speaker_text_update_event
    after update on public.event_speakers
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,name,title,company',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_speaker_text_delete_event
    after delete on public.event_speakers
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,name,title,company',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

-- trigger_session_speaker_event: who speaks in a session is part of the agenda: the event agenda_changed.
--
-- Reads:  public.event_session_speakers
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_session_speaker_event
    after insert on public.event_session_speakers
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'agenda_item_id,speaker_id,speaking_order',
        'select item.event_id from public.event_agenda_items as item where item.id = (row ->> ''agenda_item_id'')::bigint',
        'null'
    );

create or replace trigger trigger_session_speaker_update_event
    after update on public.event_session_speakers
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'agenda_item_id,speaker_id,speaking_order',
        'select item.event_id from public.event_agenda_items as item where item.id = (row ->> ''agenda_item_id'')::bigint',
        'null'
    );

create or replace trigger trigger_session_speaker_delete_event
    after delete on public.event_session_speakers
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'agenda_item_id,speaker_id,speaking_order',
        'select item.event_id from public.event_agenda_items as item where item.id = (row ->> ''agenda_item_id'')::bigint',
        'null'
    );

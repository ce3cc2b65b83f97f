-- trigger_agenda_item_event: a changed agenda is the event agenda_changed.
--
-- Reads:  public.event_agenda_items
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_agenda_item_event
    after insert on public.event_agenda_items
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,start_time,end_time,item_type,title,speaker_id,sponsor_id,location,track,status',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_agenda_item_update_event
    after update on public.event_agenda_items
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,start_time,end_time,item_type,title,speaker_id,sponsor_id,location,track,status',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

create or replace trigger trigger_agenda_item_delete_event
    after delete on public.event_agenda_items
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'id,event_id,start_time,end_time,item_type,title,speaker_id,sponsor_id,location,track,status',
        'select (row ->> ''event_id'')::bigint',
        'null'
    );

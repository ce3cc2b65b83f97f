-- trigger_agenda_rule_event: a changed rule is the event agenda_changed, for the live events to come.
--
-- Reads:  public.agenda_rules
-- Writes: nothing
-- Locks:  none once it stands

create or replace trigger trigger_agenda_rule_event
    after insert on public.agenda_rules
    referencing new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,name,message_type,category,template,anchor,time_offset,local_time,item_types,item_title,who,requires,priority,expires_from,expires_after,delivers,enabled',
        'select event.id from public.events as event where event.id = coalesce((row ->> ''event_id'')::bigint, event.id) and event.end_date >= current_date - 2',
        'null'
    );

create or replace trigger trigger_agenda_rule_update_event
    after update on public.agenda_rules
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,name,message_type,category,template,anchor,time_offset,local_time,item_types,item_title,who,requires,priority,expires_from,expires_after,delivers,enabled',
        'select event.id from public.events as event where event.id = coalesce((row ->> ''event_id'')::bigint, event.id) and event.end_date >= current_date - 2',
        'null'
    );

create or replace trigger trigger_agenda_rule_delete_event
    after delete on public.agenda_rules
    referencing old table as old_rows
    for each statement
    execute function public.note_agenda_change(
        'agenda_changed',
        'event_id,name,message_type,category,template,anchor,time_offset,local_time,item_types,item_title,who,requires,priority,expires_from,expires_after,delivers,enabled',
        'select event.id from public.events as event where event.id = coalesce((row ->> ''event_id'')::bigint, event.id) and event.end_date >= current_date - 2',
        'null'
    );

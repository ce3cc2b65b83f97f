-- public.vw_action_items: each action item with its note, its next follow-up and how often it was changed.

create or replace view public.vw_action_items as
select
    item.id, item.contractor_id, contractor.name, item.event_id, item.title, item.action_type, item.priority, item.contractor_priority,
    item.due_date, item.status, note.note_text,
    (
        select min(followup.scheduled_time)
        from public.contractor_followup_schedules as followup
        where followup.action_item_id = item.id
        and followup.status = 'scheduled'
    ) as next_followup,
    (select count(*) from public.action_item_updates as change where change.action_item_id = item.id) as changes
from public.contractor_action_items as item
join public.contractors as contractor on contractor.id = item.contractor_id
left join public.event_notes as note on note.id = item.related_note_id;

comment on view public.vw_action_items is 'Each action item with its note, its next follow-up and how often it was changed.';

-- public.summary_to_do(contractor_id, event_id): what somebody means to do after an event, for event_summary.
--
-- Action items that are not cancelled, and notes of which something is to be done that no item stands for.
--
-- Arguments: contractor_id; event_id.
-- Returns: JSON array of title, due_date, status; status noted: it is a note.
-- Reads:  public.contractor_action_items, public.event_notes
-- Writes: nothing
-- Locks:  none

create or replace function public.summary_to_do(contractor_id bigint, event_id bigint)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(jsonb_agg(told.entry order by told.is_note, told.place, told.id), '[]')
    from (
        select
            false as is_note, coalesce(item.contractor_priority, item.priority + 10) as place, item.id,
            jsonb_strip_nulls(jsonb_build_object('title', item.title, 'due_date', item.due_date, 'status', item.status)) as entry
        from public.contractor_action_items as item
        where item.contractor_id = summary_to_do.contractor_id
        and item.event_id = summary_to_do.event_id
        and item.status <> 'cancelled'
        union all
        select true, 0, note.id, jsonb_build_object('title', note.note_text, 'status', 'noted')
        from public.event_notes as note
        where note.contractor_id = summary_to_do.contractor_id
        and note.event_id = summary_to_do.event_id
        and note.requires_followup
        and note.agenda_item_id is null
        and not note.followup_completed
        and not exists (select from public.contractor_action_items as item where item.related_note_id = note.id)
    ) as told;
end;

comment on function public.summary_to_do(bigint, bigint) is 'What somebody means to do after an event; for event_summary.';

revoke execute on function public.summary_to_do(bigint, bigint) from public;

-- public.place_notes(question_id): notes of a time slot get the session that their writer has named.
--
-- What was placed by an answer before moves along when the answer is corrected; a sponsor that a note names itself stays. The slot is the one
-- that was asked about, and where its sessions were moved since, theirs, too.
--
-- Arguments: question_id: a session_question in event_messages whose personalization_data holds chosen, the number of the agenda item.
-- Returns: how many notes were placed.
-- Reads:  public.event_messages, public.event_agenda_items, public.events
-- Writes: public.event_notes
-- Locks:  the notes that change

create or replace function public.place_notes(question_id bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_placed bigint;
begin
    update public.event_notes as note
    set session_context = session.context,
        session_time = session.session_time,
        agenda_item_id = session.agenda_item_id,
        speaker_id = session.speaker_id,
        sponsor_id = case
            when note.sponsor_id is null or note.sponsor_id = placed.sponsor_id then session.sponsor_id
            else note.sponsor_id
        end,
        updated_at = clock_timestamp()
    from public.event_messages as question
    join public.event_agenda_items as item on item.id = (question.personalization_data ->> 'chosen')::bigint
    cross join lateral public.sessions_on(item.event_id, item.start_time) as session
    cross join lateral (
        select
            least((question.personalization_data ->> 'slot_from')::timestamptz, max(moved.start_time)) as from_at,
            greatest(
                (question.personalization_data ->> 'slot_until')::timestamptz,
                min(coalesce(moved.end_time, moved.start_time + interval '1 hour'))
            ) as until_at
        from jsonb_array_elements_text(question.personalization_data -> 'agenda_items') as offered (id)
        join public.event_agenda_items as moved on moved.id = offered.id::bigint
    ) as slot
    join public.event_notes as held
        on held.event_id = question.event_id
        and held.contractor_id = question.contractor_id
        and held.inbound_message_id is not null
        and held.note_type <> 'peer_connection'
        and held.captured_at >= slot.from_at
        and held.captured_at < slot.until_at
    left join public.event_agenda_items as placed on placed.id = held.agenda_item_id
    where question.id = place_notes.question_id
    and session.agenda_item_id = item.id
    and note.id = held.id
    and held.agenda_item_id is distinct from item.id
    and (held.agenda_item_id is null or question.personalization_data -> 'agenda_items' @> to_jsonb(held.agenda_item_id));
    get diagnostics v_placed = row_count;
    return v_placed;
end
$$;

comment on function public.place_notes(bigint) is 'Notes of a time slot get the session that their writer has named.';

revoke execute on function public.place_notes(bigint) from public;

-- public.event_summary(contractor_id, event_id): what somebody noted at an event, met and means to do.
--
-- Of peers whom the event has brought together their contact is told once both have said yes, and nobody else's; people whom notes name are
-- told by name only. What an item already stands for is not told again as a note.
--
-- Arguments: contractor_id; event_id.
-- Returns: JSON object: event, contractor_id, event_id, first_name; sessions: title, speaker, notes; people: name, company, phone, email;
--          to_do: title, due_date, status; notes: what belongs to no session; text: all of it in words, for an e-mail.
-- Raises:  PC001 there is no such person or event.
-- Reads:  public.events, public.contractors, public.event_notes, public.event_agenda_items, public.event_speakers, public.event_peer_matches,
--         public.contractor_action_items
-- Writes: nothing
-- Locks:  none

create or replace function public.event_summary(contractor_id bigint, event_id bigint)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_summary jsonb;
begin
    select jsonb_build_object(
        'contractor_id', person.id, 'event_id', event.id, 'first_name', coalesce(nullif(btrim(person.first_name), ''), person.name),
        'event', event.name,
        'sessions', public.summary_sessions(person.id, event.id),
        'people', public.summary_people(person.id, event.id),
        'to_do', public.summary_to_do(person.id, event.id),
        'notes', (
            select coalesce(jsonb_agg(note.note_text order by note.captured_at, note.id), '[]')
            from public.event_notes as note
            where note.contractor_id = person.id
            and note.event_id = event.id
            and note.agenda_item_id is null
            and note.note_type <> 'peer_connection'
            and (
                not note.requires_followup
                or note.followup_completed
                and not exists (select from public.contractor_action_items as item where item.related_note_id = note.id)
            )
        )
    )
    into v_summary
    from public.contractors as person
    cross join public.events as event
    where person.id = event_summary.contractor_id
    and event.id = event_summary.event_id;

    if v_summary is null then
        raise exception using
            errcode = 'PC001',
            message = format('There is no contractor %s, or no event %s.', contractor_id, event_id),
            hint = 'Look the numbers up: SELECT contractor_id, event_id FROM event_attendees WHERE …';
    end if;

    return v_summary || jsonb_build_object('text', public.summary_text(v_summary));
end
$$;

comment on function public.event_summary(bigint, bigint) is
    'What somebody noted at an event, met and means to do: SELECT event_summary(56, 41) ->> ''text'';';

revoke execute on function public.event_summary(bigint, bigint) from public;

-- public.ask_which_session(): who takes a note while several sessions are on is asked once which of them it is about.
--
-- Where event_followup_settings or followup_settings want it. A time slot begins when the last of those sessions begins and ends when the
-- first of them ends; a person is asked once in it, and what was answered counts for every note of the slot. The sessions tell the slot, not
-- its hours: an agenda that runs late is not asked about again. Nothing is asked of a slot that has been over for a quarter of an hour. Quiet
-- hours, consent and caps are the text's.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_notes (transition table), public.followup_settings, public.event_followup_settings; by public.sessions_on what it reads
-- Writes: public.event_messages; by public.place_notes public.event_notes
-- Locks:  the questions in the order of the people, then the notes

create or replace function public.ask_which_session()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_most constant integer := 9;
    v_slot record;
    v_question bigint;
    v_is_chosen boolean;
begin
    for v_slot in
        select
            note.event_id, note.contractor_id, slot.data,
            format('session_question-%s-%s-%s', note.event_id, note.contractor_id, slot.items) as key,
            bool_or(clock_timestamp() < slot.ends_at + interval '15 minutes') as is_fresh
        from new_notes as note
        cross join public.followup_settings as setting
        left join public.event_followup_settings as own on own.event_id = note.event_id
        cross join lateral (
            select
                max(session.begins_at) as begins_at, min(session.ends_at) as ends_at, count(*) as sessions,
                string_agg(session.agenda_item_id::text, '-' order by session.agenda_item_id) as items,
                jsonb_build_object(
                    'choices', jsonb_agg(left(session.title, 60) order by session.begins_at, session.agenda_item_id),
                    'agenda_items', jsonb_agg(session.agenda_item_id order by session.begins_at, session.agenda_item_id),
                    'slot_from', max(session.begins_at), 'slot_until', min(session.ends_at)
                ) as data
            from public.sessions_on(note.event_id, note.captured_at) as session
        ) as slot
        where note.inbound_message_id is not null
        and note.agenda_item_id is null
        and note.note_type <> 'peer_connection'
        and coalesce(own.ask_which_session, setting.ask_which_session)
        and slot.sessions between 2 and c_most
        group by note.event_id, note.contractor_id, slot.data, slot.items, slot.begins_at
        order by note.contractor_id, slot.begins_at
    loop
        -- Its answer may be on its way: one of the two waits for the other, so that the note is placed by either.
        select question.id, question.personalization_data ? 'chosen' into v_question, v_is_chosen
        from public.event_messages as question
        where question.dedupe_key = v_slot.key
        for share;

        if v_is_chosen then
            perform public.place_notes(v_question);
        end if;

        insert into public.event_messages (event_id, contractor_id, message_type, personalization_data, dedupe_key, planned_by)
        select v_slot.event_id, v_slot.contractor_id, 'session_question', v_slot.data, v_slot.key, 'followup'
        where v_slot.is_fresh
        on conflict (dedupe_key) do nothing;
    end loop;

    return null;
end
$$;

comment on function public.ask_which_session() is 'Trigger function of event_notes: who notes while several sessions are on is asked which.';

create or replace trigger ask_which_session
    after insert on public.event_notes
    referencing new table as new_notes
    for each statement
    execute function public.ask_which_session();

-- public.summary_sessions(contractor_id, event_id): the sessions of an event of which somebody has notes, for event_summary.
--
-- Arguments: contractor_id; event_id.
-- Returns: JSON array of title, speaker, notes, in the order of the agenda.
-- Reads:  public.event_notes, public.event_agenda_items, public.event_speakers
-- Writes: nothing
-- Locks:  none

create or replace function public.summary_sessions(contractor_id bigint, event_id bigint)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(
        jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object('title', session.title, 'speaker', session.speaker, 'notes', session.notes))
            order by session.start_time, session.id
        ),
        '[]'
    )
    from (
        select
            item.id, item.title, item.start_time, speaker.name as speaker,
            jsonb_agg(note.note_text order by note.captured_at, note.id) as notes
        from public.event_notes as note
        join public.event_agenda_items as item on item.id = note.agenda_item_id
        left join public.event_speakers as speaker on speaker.id = item.speaker_id
        where note.contractor_id = summary_sessions.contractor_id
        and note.event_id = summary_sessions.event_id
        and note.note_type <> 'peer_connection'
        group by item.id, speaker.name
    ) as session;
end;

comment on function public.summary_sessions(bigint, bigint) is 'The sessions of an event of which somebody has notes; for event_summary.';

revoke execute on function public.summary_sessions(bigint, bigint) from public;

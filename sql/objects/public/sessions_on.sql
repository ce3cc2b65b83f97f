-- public.sessions_on(event_id, at): the sessions of an event that are going on at a moment.
--
-- A session counts from its start to its end, or for an hour where none is given.
--
-- Arguments: event_id; at.
-- Returns: agenda_item_id; title; context: as event_notes.session_context has it; session_time: when it began, on the wall; speaker_id and
--          sponsor_id: NULL: none; begins_at; ends_at.
-- Reads:  public.event_agenda_items, public.events
-- Writes: nothing
-- Locks:  none

create or replace function public.sessions_on(event_id bigint, at timestamptz)
returns table (
    agenda_item_id bigint, title text, context text, session_time time, speaker_id bigint, sponsor_id bigint, begins_at timestamptz,
    ends_at timestamptz
)
language sql
stable
rows 2
set search_path = pg_catalog, pg_temp
begin atomic
    select
        item.id, item.title,
        item.title || ' - ' || to_char(item.start_time at time zone event.timezone, 'FMHH12:MI AM') || coalesce(' ' || item.location, ''),
        (item.start_time at time zone event.timezone)::time, item.speaker_id, item.sponsor_id, item.start_time, span.ends_at
    from public.event_agenda_items as item
    join public.events as event on event.id = item.event_id
    cross join lateral (select coalesce(item.end_time, item.start_time + interval '1 hour') as ends_at) as span
    where item.event_id = sessions_on.event_id
    and item.status <> 'cancelled'
    and item.item_type in ('session', 'keynote', 'panel', 'sponsor_session')
    and sessions_on.at >= item.start_time
    and sessions_on.at < span.ends_at
    order by item.start_time, item.id;
end;

comment on function public.sessions_on(bigint, timestamptz) is
    'The sessions of an event that are going on at a moment: SELECT * FROM sessions_on(41, now()).';

-- cli/agenda_items: the agenda of an event, as it stands or as it would be laid out.
--
-- $1 bigint: the event; $2 boolean: what agenda_generate would lay out beside what people entered, instead of what stands.
-- Returns: day, starts, ends (text, on the event's wall; ends NULL: not said), item_type, title, speaker, location (NULL: none), origin,
--          status.
-- Reads:  public.events, public.event_agenda_items, public.event_speakers, and what public.agenda_layout reads
-- Locks:  none
with
items as (
    select
        item.start_time, item.end_time, item.item_type, item.title, item.speaker_id, item.location, item.origin, item.status
    from public.event_agenda_items as item
    where item.event_id = $1::bigint
    and (not $2::boolean or item.origin <> 'generated')
    union all
    select
        layout.start_time, layout.end_time, layout.item_type, layout.title, layout.speaker_id, layout.location, 'generated', 'scheduled'
    from public.agenda_layout($1::bigint) as layout
    where $2::boolean
)
select
    to_char(items.start_time at time zone event.timezone, 'Dy DD Mon') as day,
    to_char(items.start_time at time zone event.timezone, 'HH24:MI') as starts,
    to_char(items.end_time at time zone event.timezone, 'HH24:MI') as ends,
    items.item_type,
    items.title,
    (select speaker.name from public.event_speakers as speaker where speaker.id = items.speaker_id) as speaker,
    items.location,
    items.origin,
    items.status
from items
join public.events as event on event.id = $1::bigint
order by items.start_time, items.end_time, items.title

-- public.is_on_agenda_by_hand(speaker_id): whether a person has put this speaker on the agenda, or changed or cancelled the talk there.
--
-- Arguments: speaker_id.
-- Returns: boolean, never NULL.
-- Reads:  public.event_agenda_items, public.event_session_speakers
-- Writes: nothing
-- Locks:  none

create or replace function public.is_on_agenda_by_hand(speaker_id bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
return exists (
    select from public.event_agenda_items as item
    where item.speaker_id = is_on_agenda_by_hand.speaker_id
    and item.origin <> 'generated'
)
or exists (
    select from public.event_session_speakers as part
    join public.event_agenda_items as item on item.id = part.agenda_item_id
    where part.speaker_id = is_on_agenda_by_hand.speaker_id
    and item.origin <> 'generated'
);

comment on function public.is_on_agenda_by_hand(bigint) is 'Whether a person has put this speaker on the agenda, or changed the talk there.';

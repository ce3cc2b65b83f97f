-- public.next_free_break(match): the next break in which neither of two people is introduced to somebody else.
--
-- Arguments: match.
-- Returns: agenda_item_id, starts_at; no row: there is none on that day.
-- Reads:  public.event_agenda_items, public.events, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.next_free_break(match public.event_peer_matches)
returns table (agenda_item_id bigint, starts_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select item.id, item.start_time
    from public.event_agenda_items as item
    join public.events as event on event.id = item.event_id
    where item.event_id = (next_free_break.match).event_id
    and item.status <> 'cancelled'
    and item.item_type in ('break', 'networking', 'lunch')
    and item.start_time > clock_timestamp()
    and (item.start_time at time zone event.timezone)::date <= event.end_date
    and not exists (
        select
        from public.event_messages as other
        where other.event_id = item.event_id
        and other.contractor_id in ((next_free_break.match).contractor1_id, (next_free_break.match).contractor2_id)
        and other.message_type in ('peer_match_introduction', 'peer_match_reminder')
        and other.status in ('scheduled', 'draft')
        and other.personalization_data ->> 'match_id' <> (next_free_break.match).id::text
        and other.scheduled_time >= item.start_time - interval '10 minutes'
        and other.scheduled_time < coalesce(item.end_time, item.start_time + interval '30 minutes')
    )
    order by item.start_time, item.id
    limit 1;
end;

comment on function public.next_free_break(public.event_peer_matches) is 'The next break in which neither of two people is introduced to somebody else.';

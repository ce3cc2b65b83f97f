-- public.roundtable_moment(event_id, first_at): when people who sit at one table are told so.
--
-- Five minutes into the last break of that day that begins after the first introductions, so that it meets none of theirs; without a further
-- break one and a half slots after the first introductions.
--
-- Arguments: event_id; first_at: the moment of the first introductions.
-- Returns: timestamptz; NULL: there is no such event.
-- Reads:  public.events, public.event_agenda_items, public.event_peer_matching
-- Writes: nothing
-- Locks:  none

create or replace function public.roundtable_moment(event_id bigint, first_at timestamptz)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    event as (
        select
            event.id,
            event.timezone,
            case when event.accelerated then 60 else 1 end as pace,
            (
                select settings.slot_spacing
                from public.event_peer_matching as settings
                where (settings.event_id = event.id or settings.event_id is null)
                and settings.slot_spacing is not null
                order by settings.event_id nulls last
                limit 1
            ) as spacing
        from public.events as event
        where event.id = roundtable_moment.event_id
    )
    select coalesce(
        (
            select item.start_time + interval '5 minutes' / event.pace
            from public.event_agenda_items as item
            where item.event_id = event.id
            and item.status <> 'cancelled'
            and item.item_type in ('break', 'networking', 'lunch')
            and item.start_time >= roundtable_moment.first_at + event.spacing / event.pace
            and (item.start_time at time zone event.timezone)::date = (roundtable_moment.first_at at time zone event.timezone)::date
            order by item.start_time desc, item.id desc
            limit 1
        ),
        roundtable_moment.first_at + event.spacing * 1.5 / event.pace
    )
    from event;
end;

comment on function public.roundtable_moment(bigint, timestamptz) is 'When people who sit at one table are told so: in the last break of the day.';

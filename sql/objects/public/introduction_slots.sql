-- public.introduction_slots(event_id, first_at, first_expires_at): the times at which one person can be introduced to several others.
--
-- The first is given; then the further breaks of that day as they begin; then one after the other at slot_spacing. Every run asks twice,
-- so that its plan is kept.
--
-- Arguments: event_id; first_at: of slot 1; first_expires_at: NULL: as the message type says.
-- Returns: slot, from 1 to 20; scheduled_time; expires_at, NULL: as the message type says.
-- Reads:  public.events, public.event_agenda_items, public.event_peer_matching
-- Writes: nothing
-- Locks:  none

create or replace function public.introduction_slots(event_id bigint, first_at timestamptz, first_expires_at timestamptz default null)
returns table (slot integer, scheduled_time timestamptz, expires_at timestamptz)
language plpgsql
stable
rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with
    event as (
        select
            event.timezone,
            (
                select settings.slot_spacing
                from public.event_peer_matching as settings
                where (settings.event_id = event.id or settings.event_id is null)
                and settings.slot_spacing is not null
                order by settings.event_id nulls last
                limit 1
            ) / case when event.accelerated then 60 else 1 end as spacing
        from public.events as event
        where event.id = introduction_slots.event_id
    ),
    breaks as (
        select item.start_time, item.end_time, 1 + row_number() over (order by item.start_time, item.id) as slot
        from event
        join public.event_agenda_items as item on item.event_id = introduction_slots.event_id
        where item.status <> 'cancelled'
        and item.item_type in ('break', 'networking', 'lunch')
        and item.start_time >= introduction_slots.first_at + event.spacing
        and (item.start_time at time zone event.timezone)::date = (introduction_slots.first_at at time zone event.timezone)::date
    )
    select
        number.slot,
        case
            when number.slot = 1 then introduction_slots.first_at
            when breaks.slot is not null then breaks.start_time
            else last.at + event.spacing * (number.slot - last.slot)::integer
        end,
        case when number.slot = 1 then introduction_slots.first_expires_at else breaks.end_time end
    from event
    cross join generate_series(1, 20) as number (slot)
    left join breaks on breaks.slot = number.slot
    cross join lateral (
        select
            coalesce(max(breaks.start_time), introduction_slots.first_at) as at,
            coalesce(max(breaks.slot), 1) as slot
        from breaks
        where breaks.slot <= 20
    ) as last
    order by number.slot;
end
$$;

comment on function public.introduction_slots(bigint, timestamptz, timestamptz) is
    'The times at which one person can be introduced to several others: further breaks, then at slot_spacing.';

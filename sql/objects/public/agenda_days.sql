-- public.agenda_days(event_id): each day of an event, when it begins and ends, and what stands for its lunch.
--
-- Lunch is the agenda item of that type; without one the longest break that begins between 11:00 and 14:30, else the first break of
-- the day, else an hour from its beginning on. A rehearsal (accelerated) knows no hours: any break will do, and an hour is a minute.
--
-- Arguments: event_id.
-- Returns: day_date, in the event's zone; opens_at, closes_at; lunch_item_id, NULL: no item; lunch_at, lunch_ends_at; lunch_basis:
--          lunch, longest_break, any_break or hour_after_start. In order. None: there is no such event.
-- Reads:  public.events, public.event_days, public.event_agenda_items
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_days(event_id bigint)
returns table (
    day_date date, opens_at timestamptz, closes_at timestamptz, lunch_item_id bigint, lunch_at timestamptz, lunch_ends_at timestamptz,
    lunch_basis text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once and not for every call: that would take longer than the call.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    with
    event as materialized (
        select event.* from public.events as event where event.id = agenda_days.event_id
    ),
    items as materialized (
        select
            item.*,
            (item.start_time at time zone event.timezone)::date as day_date,
            (item.start_time at time zone event.timezone)::time as wall_time,
            event.accelerated
        from event
        join public.event_agenda_items as item on item.event_id = event.id
        where item.status <> 'cancelled'
    ),
    days as (
        select event.date as day_date from event
        union
        select event.end_date from event
        union
        select day.day_date from event join public.event_days as day on day.event_id = event.id
        union
        select items.day_date from items
    ),
    hours as (
        select
            days.day_date,
            -- A break or a lunch that somebody entered first does not make the day begin at noon.
            coalesce(
                (days.day_date + day.start_time) at time zone event.timezone,
                min(items.start_time) filter (where items.item_type in ('session', 'keynote', 'registration')),
                min(items.start_time),
                (days.day_date + time '09:00') at time zone event.timezone
            ) as opens_at,
            coalesce(
                (days.day_date + day.end_time) at time zone event.timezone,
                max(coalesce(items.end_time, items.start_time)),
                (days.day_date + time '17:00') at time zone event.timezone
            ) as closes_at,
            case when event.accelerated then interval '1 minute' else interval '1 hour' end as an_hour
        from event
        cross join days
        left join public.event_days as day on day.event_id = event.id and day.day_date = days.day_date
        left join items on items.day_date = days.day_date
        group by days.day_date, day.start_time, day.end_time, event.timezone, event.accelerated
    )
    select
        hours.day_date,
        hours.opens_at,
        greatest(hours.closes_at, hours.opens_at + hours.an_hour),
        lunch.id,
        coalesce(lunch.start_time, hours.opens_at + hours.an_hour),
        coalesce(lunch.end_time, coalesce(lunch.start_time, hours.opens_at + hours.an_hour) + hours.an_hour),
        coalesce(lunch.basis, 'hour_after_start')
    from hours
    left join lateral (
        select
            items.id,
            items.start_time,
            items.end_time,
            case
                when items.item_type = 'lunch' then 'lunch'
                when items.wall_time between time '11:00' and time '14:30' then 'longest_break'
                else 'any_break'
            end as basis
        from items
        where items.day_date = hours.day_date
        and items.item_type in ('lunch', 'break', 'networking')
        order by
            items.item_type <> 'lunch',
            items.item_type <> 'lunch' and items.wall_time not between time '11:00' and time '14:30',
            case
                when items.item_type <> 'lunch' and items.wall_time between time '11:00' and time '14:30'
                    then items.start_time - items.end_time
            end nulls last,
            items.start_time,
            items.id
        limit 1
    ) as lunch on true
    order by hours.day_date;
end
$$;

comment on function public.agenda_days(bigint) is 'Each day of an event: when it begins and ends, and its lunch or what stands for it.';

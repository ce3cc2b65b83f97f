-- public.agenda_moments(event_id): the moments of an event from which rules count.
--
-- Arguments: event_id.
-- Returns: anchor, as in agenda_rules, without those of a person; agenda_item_id, NULL: not about an item; day_date, in the event's
--          zone; at; begins_at, ends_at of the item, day or event; basis: what stands for lunch.
-- Reads:  public.events, public.event_agenda_items, public.event_days (by public.agenda_days)
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_moments(event_id bigint)
returns table (
    anchor text, agenda_item_id bigint, day_date date, at timestamptz, begins_at timestamptz, ends_at timestamptz, basis text
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
    days as materialized (
        select day.* from public.agenda_days(agenda_moments.event_id) as day
    ),
    items as materialized (
        select item.*, (item.start_time at time zone event.timezone)::date as day_date
        from public.events as event
        join public.event_agenda_items as item on item.event_id = event.id
        where event.id = agenda_moments.event_id
        and item.status <> 'cancelled'
    ),
    whole as (
        -- It ends with the agenda of its last day; doors may close later.
        select
            min(days.opens_at) as starts_at,
            coalesce(
                (select max(items.end_time) from items where items.day_date = (select max(days.day_date) from days)),
                max(days.closes_at)
            ) as ends_at,
            min(days.day_date) as first_day,
            max(days.day_date) as last_day
        from days
        having count(*) > 0
    ),
    moments as (
        select 'event_start' as anchor, null::bigint as item_id, first_day as day_date, starts_at as at, starts_at as begins_at, ends_at,
            null as basis
        from whole
        union all
        select 'night_before', null, first_day, starts_at, starts_at, ends_at, null from whole
        union all
        select 'event_end', null, last_day, ends_at, starts_at, ends_at, null from whole
        union all
        select 'day_start', null, days.day_date, days.opens_at, days.opens_at, days.closes_at, null from days
        union all
        select 'day_end', null, days.day_date, days.closes_at, days.opens_at, days.closes_at, null from days
        union all
        select 'lunch', days.lunch_item_id, days.day_date, days.lunch_at, days.lunch_at, days.lunch_ends_at, days.lunch_basis from days
        union all
        select 'item_start', items.id, items.day_date, items.start_time, items.start_time,
            coalesce(items.end_time, items.start_time + interval '1 hour'), null
        from items
        union all
        select 'item_end', items.id, items.day_date, items.end_time, items.start_time, items.end_time, null
        from items
        where items.end_time is not null
    )
    select moments.anchor, moments.item_id, moments.day_date, moments.at, moments.begins_at, moments.ends_at, moments.basis
    from moments
    order by moments.at, moments.anchor, moments.item_id;
end
$$;

comment on function public.agenda_moments(bigint) is 'The moments of an event from which the rules of agenda_rules count.';

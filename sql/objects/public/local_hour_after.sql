-- public.local_hour_after(contractor_id, event_id, day, hour, skip_weekends): an hour on somebody's clock, on a day.
--
-- The clock is the person's own, else the event's, else UTC. A day off becomes the next day that is none, unless a whole month is off.
--
-- Arguments: contractor_id; event_id, NULL: none; day; hour; skip_weekends: Saturdays and Sundays are off, too.
-- Returns: the moment.
-- Reads:  public.contractors, public.events, public.followup_days_off
-- Writes: nothing
-- Locks:  none

create or replace function public.local_hour_after(contractor_id bigint, event_id bigint, day date, hour time, skip_weekends boolean default false)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select (
        local_hour_after.day
            + coalesce(
                (
                    select min(ahead.days)
                    from generate_series(0, 31) as ahead (days)
                    where not (local_hour_after.skip_weekends and extract(isodow from local_hour_after.day + ahead.days) >= 6)
                    and not exists (select from public.followup_days_off as free where free.day = local_hour_after.day + ahead.days)
                ),
                0
            )
            + local_hour_after.hour
    ) at time zone public.zone_of(local_hour_after.contractor_id, local_hour_after.event_id);
end;

comment on function public.local_hour_after(bigint, bigint, date, time, boolean) is 'An hour on somebody''s clock, on a day.';

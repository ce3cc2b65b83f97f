-- public.local_hour_after(contractor_id, event_id, day, hour, skip_weekends): an hour on somebody's clock, on a day.
--
-- The clock is the person's own, else the event's, else UTC.
--
-- Arguments: contractor_id; event_id, NULL: none; day; hour; skip_weekends: then a Saturday or Sunday becomes the Monday after it.
-- Returns: the moment.
-- Reads:  public.contractors, public.events
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
            + case
                when not local_hour_after.skip_weekends then 0
                when extract(isodow from local_hour_after.day) = 6 then 2
                when extract(isodow from local_hour_after.day) = 7 then 1
                else 0
            end
            + local_hour_after.hour
    ) at time zone public.zone_of(local_hour_after.contractor_id, local_hour_after.event_id);
end;

comment on function public.local_hour_after(bigint, bigint, date, time, boolean) is 'An hour on somebody''s clock, on a day.';

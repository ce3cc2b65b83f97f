-- public.shift_in_zone(at, by, zone): a moment later or earlier, days counted on the wall and hours by the clock.
--
-- Not in SQL, which would be made ready anew for each of the many calls of a comparison.
--
-- "A day before 9 AM" is 9 AM also when the clocks change in between; "an hour before" is an hour, always.
--
-- Arguments: at; by: interval, negative: earlier; zone: IANA name.
-- Returns: the moment.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.shift_in_zone(at timestamptz, by interval, zone text)
returns timestamptz
language plpgsql
stable strict
set search_path = pg_catalog, pg_temp
as $$
begin
    return (at at time zone zone + date_trunc('day', by)) at time zone zone + (by - date_trunc('day', by));
end
$$;

comment on function public.shift_in_zone(timestamptz, interval, text) is 'A moment later or earlier: days are counted on the wall of the zone, hours by the clock.';

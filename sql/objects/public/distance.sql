-- public.distance(one, other): how far two moments are from each other.
--
-- Arguments: one, other.
-- Returns: interval, never negative.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.distance(one timestamptz, other timestamptz)
returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
return greatest(one - other, other - one);

comment on function public.distance(timestamptz, timestamptz) is 'How far two moments are from each other, for agenda_layout.';

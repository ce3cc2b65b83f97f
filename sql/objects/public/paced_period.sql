-- public.paced_period(period): the time in which an account really sends as many texts as its rate says.
--
-- A little longer than the period, so that of texts that travel at different speeds never one too many arrives in a period.
--
-- Arguments: period of the rate.
-- Returns: the period and a fiftieth of it, a quarter of a second at most.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.paced_period(period interval)
returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
return period + least(period * 0.02, interval '250 milliseconds');

comment on function public.paced_period(interval) is 'The time in which an account really sends as many texts as its rate says: a little more than the period.';

-- public.next_slot(busy, earliest, needed): when something that takes so long can be.
--
-- Arguments: busy: what is taken; earliest; needed: how long it takes.
-- Returns: the first free time of that length from earliest on.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.next_slot(busy tstzmultirange, earliest timestamptz, needed interval)
returns tstzrange
language sql
immutable
set search_path = pg_catalog, pg_temp
return (
    select tstzrange(candidate.at, candidate.at + needed)
    from (
        select earliest as at
        union all
        select upper(taken) from unnest(busy) as taken where upper(taken) > earliest
    ) as candidate
    where not busy && tstzrange(candidate.at, candidate.at + needed)
    order by candidate.at
    limit 1
);

comment on function public.next_slot(tstzmultirange, timestamptz, interval) is 'The first free time of a length, for agenda_layout.';

-- public.lunch_gap(busy, earliest, noon, unit): where lunch fits best between what stands.
--
-- The free hour nearest to noon; where none is within two hours of it, three quarters of an hour or half an hour.
--
-- Arguments: busy: what is taken; earliest: not before; noon; unit: how long a minute is.
-- Returns: when it is; never empty: after everything there is always an hour.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.lunch_gap(busy tstzmultirange, earliest timestamptz, noon timestamptz, unit interval)
returns tstzrange
language sql
immutable
set search_path = pg_catalog, pg_temp
return (
    select tstzrange(candidate.at, candidate.at + length.minutes * unit)
    from unnest(array[60, 45, 30]) as length (minutes)
    cross join lateral (
        select greatest(noon, earliest) as at
        union all
        select upper(taken) from unnest(busy) as taken
        union all
        select lower(taken) - length.minutes * unit from unnest(busy) as taken
    ) as candidate
    where candidate.at >= earliest
    and not busy && tstzrange(candidate.at, candidate.at + length.minutes * unit)
    order by
        public.distance(candidate.at, noon) > 120 * unit,
        case when public.distance(candidate.at, noon) <= 120 * unit then length.minutes end desc,
        public.distance(candidate.at, noon),
        length.minutes desc
    limit 1
);

comment on function public.lunch_gap(tstzmultirange, timestamptz, timestamptz, interval) is 'Where lunch fits best between what stands, for agenda_layout.';

-- public.is_profile_complete(contractor): whether the contractor has said what matching and a personal agenda need.
--
-- Arguments: contractor.
-- Returns: boolean, never NULL.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.is_profile_complete(contractor public.contractors)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
return btrim(coalesce(contractor.focus_areas, '')) not in ('', '[]', '{}')
    and btrim(coalesce(contractor.revenue_tier, '')) <> ''
    and btrim(coalesce(contractor.team_size, '')) <> '';

comment on function public.is_profile_complete(public.contractors) is 'Whether focus_areas, revenue_tier and team_size are there.';

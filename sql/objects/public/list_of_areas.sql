-- public.list_of_areas(written): areas in one spelling, whether they came as a JSON array, a PostgreSQL array or with commas.
--
-- Arguments: written: such as ["Lead Flow", "hiring"] or {lead_flow,hiring} or Lead flow, hiring.
-- Returns: lowercase words with underscores; none: an empty array.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.list_of_areas(written text)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
return coalesce(
    string_to_array(
        regexp_replace(
            regexp_replace(lower(btrim(translate(written, '[]{}"', ''))), '\s*,\s*', ',', 'g'), '[\s-]+', '_', 'g'
        ),
        ','
    ),
    '{}'
);

comment on function public.list_of_areas(text) is 'Areas in one spelling, from a JSON array, a PostgreSQL array or a list with commas.';

-- public.without_blanks(line): a line of a file without its empty cells.
--
-- Arguments: line: JSON object of texts.
-- Returns: JSON object; text that is an array or an object itself is read as such.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.without_blanks(line jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
return coalesce(
    (
        select jsonb_object_agg(
            cell.key,
            case
                when jsonb_typeof(cell.value) = 'string' and btrim(cell.value #>> '{}') ~ '^\[.*\]$' then (cell.value #>> '{}')::jsonb
                else cell.value
            end
        )
        from jsonb_each(line) as cell
        where btrim(coalesce(cell.value #>> '{}', '')) <> ''
    ),
    '{}'
);

comment on function public.without_blanks(jsonb) is 'A line of a file without its empty cells.';

-- public.json_words(value): JSON as text in whose strings nothing is escaped: a blank stands for what was.
--
-- In JSON as text a line break is the two characters \n, so that a word that begins a line seems to go on from the letter n.
--
-- Arguments: value.
-- Returns: the text, for patterns to be found in.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.json_words(value jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return case
    when position('\' in value::text) = 0 then value::text
    else regexp_replace(value::text, '\\(u[0-9a-f]{4}|.)', ' ', 'g')
end;

comment on function public.json_words(jsonb) is 'JSON as text, for patterns to be found in: a blank stands for what JSON escapes.';

-- public.redact(words, pattern): words in which what the pattern finds is blacked out.
--
-- Arguments: words; pattern: regular expression, in any case.
-- Returns: the words.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.redact(words text, pattern text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return regexp_replace(words, pattern, '[erased]', 'gi');

comment on function public.redact(text, text) is 'Words in which what the pattern finds is blacked out.';

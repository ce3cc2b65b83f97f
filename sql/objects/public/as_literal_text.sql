-- public.as_literal_text(words): somebody's words within the words of a text, where braces would be placeholders.
--
-- Arguments: words.
-- Returns: the words on one line, without braces, at most 200 characters, without a full stop at the end.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.as_literal_text(words text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return rtrim(left(btrim(regexp_replace(translate(words, '{}', '()'), '[[:cntrl:][:space:]]+', ' ', 'g')), 200), '. ');

comment on function public.as_literal_text(text) is 'Somebody''s words within the words of a text.';

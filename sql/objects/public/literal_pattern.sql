-- public.literal_pattern(words, numbers): a regular expression that finds these words and numbers in anybody's text.
--
-- Words of fewer than four characters tell nobody and are left out. Blanks in them are any blanks, and a word is found whole: Ann Lee is not
-- in Joann Leeds, nor an address in a longer one. Of a number the last ten digits are found, which every spelling of it has, with signs
-- between them.
--
-- Arguments: words: names, addresses; numbers: of phones, any spelling. NULL elements are left out.
-- Returns: the expression, for matching in any case; NULL: there is nothing to find.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.literal_pattern(words text[], numbers text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    patterns as (
        select
            case when given.word ~ '@' then '(?<![\w.+-])' else '(?<!\w)' end
                || regexp_replace(regexp_replace(btrim(given.word), '([][(){}.*+?^$|\\/-])', '\\\1', 'g'), '\s+', '\\s+', 'g')
                || case when given.word ~ '@' then '(?![\w-]|\.\w)' else '(?!\w)' end as pattern
        from unnest(words) as given (word)
        where length(btrim(given.word)) >= 4
        union
        select regexp_replace(right(regexp_replace(given.number, '\D', '', 'g'), 10), '([0-9])(?=.)', '\1[-. ()]*', 'g') || '(?!\d)'
        from unnest(numbers) as given (number)
        where length(regexp_replace(given.number, '\D', '', 'g')) >= 7
    )
    select '(' || string_agg(patterns.pattern, '|' order by length(patterns.pattern) desc) || ')'
    from patterns;
end;

comment on function public.literal_pattern(text[], text[]) is 'A regular expression that finds these words and numbers in any text.';

-- public.plain_company(name): the form in which Acme Inc, ACME, Inc. and The Acme are equal.
--
-- Lowercase, without punctuation, a first "the" and the legal form at the end; something always remains. Equal forms are a hint, not an
-- identity.
--
-- Arguments: name.
-- Returns: the form; NULL: there is none.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.plain_company(name text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select nullif(
        regexp_replace(
            regexp_replace(
                btrim(regexp_replace(lower(replace(plain_company.name, '''', '')), '[[:space:][:punct:]]+', ' ', 'g')),
                '^the (?=.)', ''
            ),
            '( (inc|incorporated|llc|l l c|pllc|ltd|limited|co|company|corp|corporation|gmbh|and))+$', ''
        ),
        ''
    );
end;

comment on function public.plain_company(text) is 'The form in which Acme Inc, ACME, Inc. and The Acme are equal.';

-- public.percent_encoded(words): words as they stand in an address (RFC 3986), every character but the unreserved ones as bytes of UTF-8.
--
-- Arguments: words.
-- Returns: the same, encoded.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.percent_encoded(words text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select string_agg(
        case
            when letter.written ~ '^[A-Za-z0-9._~-]$' then letter.written
            else regexp_replace(upper(encode(convert_to(letter.written, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
        end,
        '' order by letter.place
    )
    from regexp_split_to_table(words, '') with ordinality as letter (written, place);
end;

comment on function public.percent_encoded(text) is 'Words as they stand in an address.';

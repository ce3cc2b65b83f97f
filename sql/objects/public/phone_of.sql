-- public.phone_of(written): a phone as +<country><number>, however it was written.
--
-- Ten digits alone are North American.
--
-- Arguments: written: by a person.
-- Returns: the number; NULL: this is none.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.phone_of(written text)
returns text
language plpgsql
immutable strict
set search_path = pg_catalog, pg_temp
as $$
declare
    v_written constant text := replace(regexp_replace(btrim(written), '^tel:', '', 'i'), '(0)', '');
    v_digits constant text := regexp_replace(v_written, '[^0-9+]', '', 'g');
    v_phone text;
begin
    -- Letters, an extension, two numbers in one field: nobody may guess which digits count.
    if v_written ~ '[^-0-9+().\s/]' then
        return null;
    end if;

    v_phone := case
        when v_digits ~ '^\+[0-9]+$' then v_digits
        when v_digits ~ '^00[1-9][0-9]+$' then '+' || substr(v_digits, 3)
        when v_digits ~ '^[2-9][0-9]{9}$' then '+1' || v_digits
        when v_digits ~ '^1[2-9][0-9]{9}$' then '+' || v_digits
    end;

    return case when public.is_phone(v_phone) then v_phone end;
end
$$;

comment on function public.phone_of(text) is 'A phone as +15125550123, however it was written; NULL: this is none.';

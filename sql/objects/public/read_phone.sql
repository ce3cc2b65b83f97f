-- public.read_phone(written): a phone as +<country><number>, however it was written.
--
-- Ten digits alone are North American. What stands for nothing (blanks) is NULL. The number itself is never in the error.
--
-- Arguments: written: by a person.
-- Returns: the number, NULL: none was given.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.read_phone(written text)
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
    if btrim(written) = '' then
        return null;
    end if;

    -- Letters, an extension, two numbers in one field: nobody may guess which digits count.
    if v_written !~ '[^-0-9+().\s/]' then
        v_phone := case
            when v_digits ~ '^\+[0-9]+$' then v_digits
            when v_digits ~ '^00[1-9][0-9]+$' then '+' || substr(v_digits, 3)
            when v_digits ~ '^[2-9][0-9]{9}$' then '+1' || v_digits
            when v_digits ~ '^1[2-9][0-9]{9}$' then '+' || v_digits
        end;
    end if;

    if public.is_phone(v_phone) is not true then
        raise check_violation using
            message = 'This is no phone number.',
            hint = 'Write it with + and the country, such as +15125550123, without an extension; leave it NULL where there is none.';
    end if;

    return v_phone;
end
$$;

comment on function public.read_phone(text) is 'A phone as +15125550123, however it was written; refuses what is no phone.';

-- public.read_phone(written): a phone as +<country><number>, or an error that says how to write it.
--
-- What stands for nothing (blanks) is NULL. The number itself is never in the error.
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
    v_phone constant text := public.phone_of(written);
begin
    if v_phone is null and btrim(written) <> '' then
        raise check_violation using
            message = 'This is no phone number.',
            hint = 'Write it with + and the country, such as +15125550123, without an extension; leave it NULL where there is none.';
    end if;

    return v_phone;
end
$$;

comment on function public.read_phone(text) is 'A phone as +15125550123, however it was written; refuses what is no phone.';

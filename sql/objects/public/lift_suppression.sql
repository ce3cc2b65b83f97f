-- public.lift_suppression(phone): a number whose owner was erased has texted START.
--
-- Arguments: phone: E.164.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.suppressed_numbers
-- Locks:  the number's row

create or replace function public.lift_suppression(phone text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from public.suppressed_numbers as suppressed
    where suppressed.number_hash = public.number_hash(lift_suppression.phone)
$$;

comment on function public.lift_suppression(text) is 'A number whose owner was erased wants texts again, by its own word.';

revoke execute on function public.lift_suppression(text) from public;

-- public.number_hash(phone): what is kept of a number whose owner was erased.
--
-- Arguments: phone: E.164.
-- Returns: salted SHA-256, in hexadecimal.
-- Reads:  public.suppression_salt
-- Writes: nothing
-- Locks:  none

create or replace function public.number_hash(phone text)
returns text
language sql
stable strict
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select encode(sha256(convert_to(salt.salt || number_hash.phone, 'UTF8')), 'hex')
    from public.suppression_salt as salt;
end;

comment on function public.number_hash(text) is 'What is kept of a number whose owner was erased.';

revoke execute on function public.number_hash(text) from public;

-- public.is_address_of_others(email, contractor_id): whether somebody else has this e-mail address, too, or gave it for an event.
--
-- A person's own has no spaces: contractor_email_must_be_an_address.
--
-- Arguments: email: in any case, NULL: none; contractor_id: who does not count.
-- Returns: whether somebody has it.
-- Reads:  public.contractors, public.event_attendees
-- Writes: nothing
-- Locks:  none

create or replace function public.is_address_of_others(email text, contractor_id bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select exists (
        select
        from public.contractors as other
        where lower(other.email) = lower(btrim(is_address_of_others.email))
        and other.id <> is_address_of_others.contractor_id
    )
    or exists (
        select
        from public.event_attendees as other
        where lower(btrim(other.real_email)) = lower(btrim(is_address_of_others.email))
        and other.contractor_id <> is_address_of_others.contractor_id
    );
end;

comment on function public.is_address_of_others(text, bigint) is
    'Whether somebody else has this e-mail address, too, or gave it for an event.';

revoke execute on function public.is_address_of_others(text, bigint) from public;

-- public.is_number_of_others(phone, contractor_id): whether somebody else has this number, too, or gave it for an event.
--
-- Arguments: phone: E.164, NULL: none; contractor_id: who does not count.
-- Returns: whether somebody has it.
-- Reads:  public.contractors, public.event_attendees
-- Writes: nothing
-- Locks:  none

create or replace function public.is_number_of_others(phone text, contractor_id bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select exists (
        select
        from public.contractors as other
        where other.phone = is_number_of_others.phone
        and other.id <> is_number_of_others.contractor_id
    )
    or exists (
        select
        from public.event_attendees as other
        where other.real_phone = is_number_of_others.phone
        and other.contractor_id <> is_number_of_others.contractor_id
    );
end;

comment on function public.is_number_of_others(text, bigint) is 'Whether somebody else has this number, too, or gave it for an event.';

revoke execute on function public.is_number_of_others(text, bigint) from public;

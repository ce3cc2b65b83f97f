-- public.phone_of_contact(contact_id): the number of somebody whom only the provider's id names.
--
-- Arguments: contact_id: the provider's id of a person.
-- Returns: the number, E.164; NULL: nobody with that id was ever texted, or several numbers have it.
-- Reads:  public.contractors, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.phone_of_contact(contact_id text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select min(known.phone)
    from (
        select contractor.phone
        from public.contractors as contractor
        where contractor.ghl_contact_id = phone_of_contact.contact_id
        union
        -- The number that was texted, which is the contractor's present one only if it did not change.
        select message.phone
        from public.event_messages as message
        where message.ghl_contact_id = phone_of_contact.contact_id
        and message.status in ('sent', 'delivered')
    ) as known
    having count(distinct known.phone) = 1;
end;

comment on function public.phone_of_contact(text) is 'The number of somebody whom only the provider''s id names; NULL: unknown.';

-- marketing.names_of_addresses(addresses): who stands beside these addresses in outreach.
--
-- Arguments: addresses: in lower case.
-- Returns: address; full_name; each pair once, only where there is a name.
-- Reads:  marketing.people_master, marketing.contact_enrichment
-- Writes: nothing
-- Locks:  none

create or replace function marketing.names_of_addresses(addresses text[])
returns table (address text, full_name text)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select lower(btrim(master.email)), master.full_name
    from marketing.people_master as master
    where lower(btrim(master.email)) = any (names_of_addresses.addresses)
    union
    select lower(btrim(contact.email)), contact.full_name
    from marketing.contact_enrichment as contact
    where lower(btrim(contact.email)) = any (names_of_addresses.addresses)
    and contact.full_name is not null;
end;

comment on function marketing.names_of_addresses(text[]) is 'Who stands beside these addresses in outreach.';

revoke execute on function marketing.names_of_addresses(text[]) from public;

-- marketing.addresses_of_person(person, called): the addresses of one person of outreach, and which of them are others', too.
--
-- Arguments: person: a unique_id of marketing.people_master, or an e-mail address in any case; called: the name of the one who is meant of
--            several with that address, NULL: there is one.
-- Returns: addresses: all of them, in lower case; shared: those that somebody else has, too; names: the person's, as they are written.
-- Raises: cardinality_violation: several people have the address, and none is named.
-- Reads:  marketing.people_master, marketing.contact_enrichment
-- Writes: nothing
-- Locks:  none

create or replace function marketing.addresses_of_person(
    person text, called text default null, out addresses text[], out shared text[], out names text[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Whatever of the person is there may have several addresses: all of those rows that have one of them.
    select coalesce(array_agg(distinct lower(btrim(known.email))), '{}') into addresses
    from (
        select master.email
        from marketing.people_master as master
        where master.unique_id = addresses_of_person.person
        union all
        select contact.email
        from marketing.people_master as master
        join marketing.contact_enrichment as contact using (company_slot_unique_id)
        where master.unique_id = addresses_of_person.person
        and contact.full_name is not distinct from master.full_name
        union all
        select addresses_of_person.person where addresses_of_person.person like '%_@_%'
    ) as known
    where known.email is not null;

    select array_agg(distinct known.name) into names
    from (
        select master.full_name as name
        from marketing.people_master as master
        where master.unique_id = addresses_of_person.person
        union all
        select addresses_of_person.called
        union all
        select named.full_name
        from marketing.names_of_addresses(addresses) as named
        where addresses_of_person.called is null
        and addresses_of_person.person like '%_@_%'
    ) as known
    where known.name is not null;

    if exists (
        select
        from unnest(names) as one (name)
        cross join unnest(names) as other (name)
        cross join unnest(addresses) as known (address)
        where addresses_of_person.called is null
        and addresses_of_person.person like '%_@_%'
        and marketing.is_another_person(one.name, other.name, known.address)
    ) then
        raise cardinality_violation using
            message = 'Several people have this address: whoever is meant must be named.',
            hint = 'Add the name, as in SELECT marketing.erase_person(''info@example.com'', ''Jane Doe''), or give the unique_id.';
    end if;

    select coalesce(array_agg(distinct named.address), '{}') into shared
    from marketing.names_of_addresses(addresses) as named
    where not exists (
        select from unnest(names) as own (name) where not marketing.is_another_person(own.name, named.full_name, named.address)
    )
    and cardinality(names) > 0;
end
$$;

comment on function marketing.addresses_of_person(text, text) is 'The addresses of one person of outreach, and which of them are others'', too.';

revoke execute on function marketing.addresses_of_person(text, text) from public;

-- marketing.rows_of_person(person, called): the rows of outreach that are about one person, and what tells the person in any text.
--
-- A mailbox that somebody else has, too (info@), tells nobody: of what stands beside it only the person's own rows count. Nor does the
-- number of an office that several have.
--
-- Arguments: person: a unique_id of marketing.people_master, or an e-mail address in any case; called: the name of the one who is meant of
--            several with that address, NULL: there is one.
-- Returns: people: unique_ids; contacts: ids of contact_enrichment; verifications: ids of email_verification; addresses: the person's alone,
--          in lower case; shared: addresses that others have, too; names: the person's; pattern: regular expression, NULL: nobody is found;
--          marks: what must stand in a row, as JSON, beside it, because somebody else has the same name or one that holds it, NULL:
--          nothing.
-- Raises: PC001 nobody is found; cardinality_violation: several people have the address, and none is named.
-- Reads:  marketing.people_master, marketing.contact_enrichment, marketing.email_verification
-- Writes: nothing
-- Locks:  none

drop function if exists marketing.rows_of_person(text);

create or replace function marketing.rows_of_person(
    person text, called text default null, out people text[], out contacts bigint[], out verifications bigint[], out addresses text[],
    out shared text[], out names text[], out pattern text, out marks text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_all text[];
    v_words text[];
    v_numbers text[];
    v_names text;
begin
    select told.addresses, told.shared, told.names into v_all, shared, names
    from marketing.addresses_of_person(person, called) as told;
    addresses := array(select own.address from unnest(v_all) as own (address) where own.address <> all (shared));

    select array_agg(contact.id), array_agg(contact.full_name) || array_agg(contact.linkedin_url), array_agg(contact.phone)
    into contacts, v_words, v_numbers
    from marketing.contact_enrichment as contact
    where lower(btrim(contact.email)) = any (addresses)
    or lower(btrim(contact.email)) = any (shared)
    and exists (select from unnest(names) as own (name) where not marketing.is_another_person(own.name, contact.full_name, lower(btrim(contact.email))))
    and contact.full_name is not null;

    select array_agg(verification.id) into verifications
    from marketing.email_verification as verification
    where lower(btrim(verification.email)) = any (addresses)
    or verification.enrichment_id = any (contacts);

    select
        array_agg(master.unique_id),
        v_words || array_agg(master.full_name) || array_agg(master.linkedin_url) || array_agg(master.twitter_url) || array_agg(master.facebook_url),
        v_numbers || array_agg(master.work_phone_e164) || array_agg(master.personal_phone_e164)
    into people, v_words, v_numbers
    from marketing.people_master as master
    where master.unique_id = rows_of_person.person
    or lower(btrim(master.email)) = any (addresses)
    or lower(btrim(master.email)) = any (shared)
    and exists (select from unnest(names) as own (name) where not marketing.is_another_person(own.name, master.full_name, lower(btrim(master.email))));

    if people is null and contacts is null and verifications is null then
        raise exception using
            errcode = 'PC001',
            message = 'Nobody in outreach has that id or address.',
            hint = 'Look the person up: SELECT unique_id, full_name, email FROM marketing.people_master WHERE …';
    end if;

    -- The number of an office is not the person's.
    v_numbers := array(
        select known.number
        from unnest(v_numbers) as known (number)
        cross join lateral (select right(regexp_replace(known.number, '\D', '', 'g'), 10) as digits) as own
        where not exists (
            select
            from marketing.contact_enrichment as other
            where other.id <> all (coalesce(contacts, '{}'))
            and right(regexp_replace(other.phone, '\D', '', 'g'), 10) = own.digits
        )
        and not exists (
            select
            from marketing.people_master as other
            where other.unique_id <> all (coalesce(people, '{}'))
            and own.digits in (
                right(regexp_replace(other.work_phone_e164, '\D', '', 'g'), 10),
                right(regexp_replace(other.personal_phone_e164, '\D', '', 'g'), 10)
            )
        )
    );

    pattern := public.literal_pattern(
        addresses || array(
            -- Only whole names; profiles without what every address of the site begins with.
            select regexp_replace(known.word, '^https?://(www\.)?', '')
            from unnest(v_words) as known (word)
            where known.word ~ '\S\s+\S|/'
        ),
        v_numbers
    );

    v_names := public.literal_pattern(array(select known.word from unnest(v_words) as known (word) where known.word ~ '\S\s+\S'), '{}');

    if exists (
        select
        from (
            select other.full_name from marketing.people_master as other where other.unique_id <> all (coalesce(people, '{}'))
            union all
            select other.full_name from marketing.contact_enrichment as other where other.id <> all (coalesce(contacts, '{}'))
        ) as other
        -- The name within a longer one is found there, too.
        where other.full_name ~* v_names
    ) then
        -- Beside the person's name a shared address tells the person, too.
        marks := public.literal_pattern(
            addresses || shared || people || array(select regexp_replace(known.word, '^https?://(www\.)?', '') from unnest(v_words) as known (word) where known.word ~ '/'),
            v_numbers
        );
    end if;
end
$$;

comment on function marketing.rows_of_person(text, text) is 'The rows of outreach that are about one person, and what tells the person in any text.';

revoke execute on function marketing.rows_of_person(text, text) from public;

-- marketing.erase_person(person, called): a person's names, addresses and numbers leave outreach, the ledger and the error log.
--
-- Rows stay, so counts stay true: that a slot was looked up, an address verified, what it cost. The slot has nobody then, and says why. Of
-- each address only a hash is kept, so that nobody collects it again. Where somebody else has the same name, it is blacked out only beside
-- what tells the two apart. A mailbox that somebody else has, too, stays theirs: it is not collected again beside the person's name.
--
-- Arguments: person: a unique_id of marketing.people_master, or an e-mail address; called: the name of the one who is meant of several with
--            that address, NULL: there is one.
-- Returns: how many rows of each table were changed.
-- Raises: PC001 nobody is found; cardinality_violation: several people have the address, and none is named.
-- Reads:  pg_catalog.pg_class; by marketing.rows_of_person what it reads
-- Writes: marketing.people_master, marketing.company_slots, marketing.contact_enrichment, marketing.email_verification,
--         marketing.do_not_contact, marketing.suppressed_addresses; by public.redact_table all that names the person
-- Locks:  the person's rows, table by table

drop function if exists marketing.erase_person(text);

create or replace function marketing.erase_person(person text, called text default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_known record;
    v_relation regclass;
    v_rows bigint;
    v_done jsonb := '{}';
begin
    select known.* into v_known from marketing.rows_of_person(person, called) as known;

    -- First, so that what is on its way finds it.
    insert into marketing.suppressed_addresses (address_hash)
    select public.number_hash(known.address)
    from unnest(v_known.addresses) as known (address)
    union
    select public.number_hash(concat_ws('|', known.address, lower(regexp_replace(btrim(own.name), '\s+', ' ', 'g'))))
    from unnest(v_known.shared) as known (address)
    cross join unnest(v_known.names) as own (name)
    on conflict (address_hash) do nothing;

    delete from marketing.do_not_contact as blocked where blocked.entry = any (v_known.addresses);

    update marketing.contact_enrichment as contact
    set first_name = null, last_name = null, full_name = null, title = null, seniority = null, email = null, phone = null,
        linkedin_url = null, enrichment_data = null
    where contact.id = any (v_known.contacts);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('contact_enrichment', v_rows);

    update marketing.email_verification as verification
    set email = '[erased]', verification_result = null
    where verification.id = any (v_known.verifications);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('email_verification', v_rows);

    update marketing.company_slots as slot
    set is_filled = false, person_unique_id = null, filled_at = null, confidence_score = null,
        not_ready_reason = 'The person who filled it was erased.'
    where slot.person_unique_id = any (v_known.people);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('company_slots', v_rows);

    update marketing.people_master as master
    set first_name = 'Erased', last_name = 'Person', title = null, seniority = null, email = null, email_verified = false,
        email_verified_at = null, work_phone_e164 = null, personal_phone_e164 = null, linkedin_url = null, twitter_url = null,
        facebook_url = null, bio = null, skills = null, education = null, certifications = null, updated_at = now()
    where master.unique_id = any (v_known.people);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('people_master', v_rows);

    if v_known.pattern is not null then
        for v_relation in
            select class.oid::regclass
            from pg_catalog.pg_class as class
            where class.relkind in ('r', 'p')
            and not class.relispartition
            and class.relnamespace = 'marketing'::regnamespace
            -- What is about a company, or about others who may have the same name, was looked at by its address.
            and class.relname not in (
                'company_master', 'suppressed_addresses', 'do_not_contact', 'people_master', 'contact_enrichment', 'email_verification'
            )
            order by class.relname
        loop
            v_rows := public.redact_table(v_relation, v_known.pattern, v_known.marks);
            if v_rows > 0 then
                v_done := v_done || jsonb_build_object(v_relation::text || ' naming the person', v_rows);
            end if;
        end loop;
    end if;

    if cardinality(v_known.shared) > 0 then
        v_done := v_done || jsonb_build_object('shared', 'Somebody else has an address of the person: beside other names it was left.');
    end if;

    return v_done || jsonb_build_object('addresses_suppressed', coalesce(cardinality(v_known.addresses), 0));
end
$$;

comment on function marketing.erase_person(text, text) is
    'A person leaves outreach, the ledger and the error log: SELECT marketing.erase_person(''jane@example.com''). Counts stay true.';

revoke execute on function marketing.erase_person(text, text) from public;

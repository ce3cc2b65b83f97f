-- marketing.promote_companies(event_ids): the stage promote_company; accepted intake rows go into company_master.
--
-- The registrable domain is the company. The first intake row of a domain makes the master row, later ones only fill what is
-- empty there (a person's edits are never overwritten), and all of them are linked to it. An intake row that is gone or no
-- longer accepted cancels its event.
--
-- Arguments: event_ids of company_validated events, already claimed.
-- Returns: nothing for each event that went through; event_id and error for one that must be tried again.
-- Reads:  nothing else
-- Writes: marketing.company_master, intake.company_raw_intake, marketing.pipeline_events
-- Locks:  intake rows in the order of their ids, then master rows in the order of their domains

create or replace function marketing.promote_companies(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_intake_ids bigint[];
begin
    -- The rows the events speak of, held as they are now.
    with
    accepted as (
        select company.id
        from marketing.pipeline_events as event
        join intake.company_raw_intake as company
            on company.id = marketing.payload_id(event.payload, 'record_id')
        where event.id = any (event_ids)
        and company.validated
        order by company.id
        for update of company
    )
    select coalesce(array_agg(accepted.id), '{}') into v_intake_ids from accepted;

    update marketing.pipeline_events as event
    set status = 'cancelled',
        error_message = 'The intake row was deleted or is no longer accepted.'
    where event.id = any (event_ids)
    and coalesce(marketing.payload_id(event.payload, 'record_id') <> all (v_intake_ids), true);

    -- One master row per new domain, from the oldest row of the batch.
    insert into marketing.company_master as master (
        company_name, website_url, domain, industry, employee_count, company_phone, address_street, address_city, address_state,
        address_zip, address_country, linkedin_url, facebook_url, twitter_url, sic_codes, founded_year, keywords, source_record_id,
        state_abbrev, import_batch_id, validated_at, validated_by, data_quality_score, caused_by
    )
    select distinct on (company.domain)
        coalesce(nullif(btrim(company.company), ''), btrim(company.company_name_for_emails)),
        coalesce(company.website_url, company.website), company.domain, company.industry,
        case when company.num_employees >= 0 then company.num_employees end, company.company_phone,
        coalesce(company.company_street, company.company_address), company.company_city, company.company_state,
        company.company_postal_code, company.company_country, company.company_linkedin_url, company.facebook_url, company.twitter_url,
        company.sic_codes, case when company.founded_year between 1700 and 2100 then company.founded_year end, company.keywords,
        company.id::text, company.state_abbrev, company.import_batch_id, company.validated_at, company.validated_by,
        30
        + case when company.company_linkedin_url is not null then 30 else 0 end
        + case when company.company_phone is not null then 20 else 0 end
        + case when company.industry is not null then 20 else 0 end,
        event.id
    from marketing.pipeline_events as event
    join intake.company_raw_intake as company
        on company.id = marketing.payload_id(event.payload, 'record_id')
    where event.id = any (event_ids)
    and company.id = any (v_intake_ids)
    and company.domain is not null
    order by company.domain, company.id
    on conflict (domain) do nothing;

    -- Later rows of the same company fill gaps; a master row that would not change is left alone.
    with
    latest as materialized (
        select distinct on (company.domain) company.*
        from intake.company_raw_intake as company
        where company.id = any (v_intake_ids)
        order by company.domain, company.id desc
    ),
    filled as (
        select
            master.company_unique_id,
            coalesce(master.industry, latest.industry) as industry,
            coalesce(master.company_phone, latest.company_phone) as company_phone,
            coalesce(master.address_street, latest.company_street, latest.company_address) as address_street,
            coalesce(master.address_city, latest.company_city) as address_city,
            coalesce(master.address_state, latest.company_state) as address_state,
            coalesce(master.address_zip, latest.company_postal_code) as address_zip,
            coalesce(master.address_country, latest.company_country) as address_country,
            coalesce(master.linkedin_url, latest.company_linkedin_url) as linkedin_url
        from marketing.company_master as master
        join latest on latest.domain = master.domain
        order by master.domain
        for no key update of master
    )
    update marketing.company_master as master
    set industry = filled.industry,
        company_phone = filled.company_phone,
        address_street = filled.address_street,
        address_city = filled.address_city,
        address_state = filled.address_state,
        address_zip = filled.address_zip,
        address_country = filled.address_country,
        linkedin_url = filled.linkedin_url,
        withdrawn_at = null,
        updated_at = now()
    from filled
    where master.company_unique_id = filled.company_unique_id
    and (
        master.withdrawn_at is not null
        or (
            master.industry, master.company_phone, master.address_street, master.address_city, master.address_state,
            master.address_zip, master.address_country, master.linkedin_url
        ) is distinct from (
            filled.industry, filled.company_phone, filled.address_street, filled.address_city, filled.address_state,
            filled.address_zip, filled.address_country, filled.linkedin_url
        )
    );

    update intake.company_raw_intake as company
    set company_unique_id = master.company_unique_id
    from marketing.company_master as master
    where company.id = any (v_intake_ids)
    and master.domain = company.domain
    and company.company_unique_id is distinct from master.company_unique_id;

    -- Accepted by hand a moment ago: the row is being judged for its domain just now.
    return query
    select event.id, 'The website''s domain is not known yet; the row is being judged.'
    from marketing.pipeline_events as event
    join intake.company_raw_intake as company
        on company.id = marketing.payload_id(event.payload, 'record_id')
    where event.id = any (event_ids)
    and company.id = any (v_intake_ids)
    and company.domain is null;
end
$$;

comment on function marketing.promote_companies(bigint[]) is
    'Stage promote_company: one master row per registrable domain, every accepted intake row linked to it.';

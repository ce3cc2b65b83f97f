-- marketing.fill_slots(event_ids): the stage outreach_ready; a verified contact becomes the person of its slot.
--
-- Only a deliverable address fills a slot (a risky one too, when marketing.outreach_settings says so). Everything else leaves the
-- reason on the slot, so that a person can see why a company has nobody.
--
-- Arguments: event_ids of email_verified events, already claimed.
-- Returns: nothing for each event that went through; event_id and error for one that must be tried again.
-- Reads:  marketing.pipeline_events, marketing.email_verification, marketing.contact_enrichment, marketing.enrichment_runs,
--         marketing.outreach_settings
-- Writes: marketing.people_master, marketing.company_slots
-- Locks:  people and slots in the order of the slots

create or replace function marketing.fill_slots(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    with
    -- The verdicts as they stand now, one for each slot.
    judged as materialized (
        select distinct on (contact.company_slot_unique_id)
            contact.company_slot_unique_id,
            slot.company_unique_id,
            slot.slot_type,
            contact.first_name,
            contact.last_name,
            contact.title,
            contact.seniority,
            contact.phone,
            contact.linkedin_url,
            contact.enrichment_source,
            contact.confidence_score,
            run.source_run_id,
            verification.email,
            verification.verification_status,
            verification.verification_service,
            verification.verified_at,
            verification.verification_status = 'valid'
                or verification.verification_status = 'risky' and settings.accept_risky as deliverable
        from marketing.pipeline_events as event
        join marketing.email_verification as verification
            on verification.id = marketing.payload_id(event.payload, 'verification_id')
        join marketing.contact_enrichment as contact on contact.id = verification.enrichment_id
        join marketing.company_slots as slot using (company_slot_unique_id)
        left join marketing.enrichment_runs as run on run.id = contact.run_id
        cross join marketing.outreach_settings as settings
        where event.id = any (fill_slots.event_ids)
        order by contact.company_slot_unique_id, event.id desc
    ),
    people as (
        insert into marketing.people_master as person (
            company_unique_id, company_slot_unique_id, first_name, last_name, title, seniority, department, email,
            email_verified, email_verified_at, email_verification_source, work_phone_e164, linkedin_url, source_system, source_record_id
        )
        select
            judged.company_unique_id, judged.company_slot_unique_id, judged.first_name, judged.last_name, judged.title,
            judged.seniority,
            case judged.slot_type when 'CEO' then 'Executive' when 'CFO' then 'Finance' else 'HR' end,
            judged.email, true, judged.verified_at, judged.verification_service, judged.phone, judged.linkedin_url,
            coalesce(judged.enrichment_source, 'manual'), judged.source_run_id
        from judged
        where judged.deliverable
        and judged.first_name is not null
        and judged.last_name is not null
        order by judged.company_slot_unique_id
        on conflict (company_slot_unique_id) do update
        set first_name = excluded.first_name,
            last_name = excluded.last_name,
            title = excluded.title,
            seniority = excluded.seniority,
            email = excluded.email,
            email_verified = true,
            email_verified_at = excluded.email_verified_at,
            email_verification_source = excluded.email_verification_source,
            work_phone_e164 = coalesce(excluded.work_phone_e164, person.work_phone_e164),
            linkedin_url = coalesce(excluded.linkedin_url, person.linkedin_url),
            source_system = excluded.source_system,
            source_record_id = excluded.source_record_id,
            updated_at = now()
        returning person.unique_id, person.company_slot_unique_id
    )
    update marketing.company_slots as slot
    set is_filled = people.unique_id is not null,
        person_unique_id = people.unique_id,
        filled_at = case when people.unique_id is not null then now() end,
        confidence_score = case when people.unique_id is not null then judged.confidence_score end,
        not_ready_reason = case
            when people.unique_id is not null then null
            when judged.deliverable then 'The contact has no full name.'
            when judged.verification_status = 'risky' then
                'The address may not reach the person (risky); set accept_risky in marketing.outreach_settings to use such addresses.'
            when judged.verification_status = 'invalid' then 'The address cannot be delivered to.'
            else 'The verification service could not find out whether the address is deliverable.'
        end
    from judged
    left join people using (company_slot_unique_id)
    where slot.company_slot_unique_id = judged.company_slot_unique_id;

    -- A person whose address turned out undeliverable at a later check is no longer verified.
    update marketing.people_master as person
    set email_verified = false,
        updated_at = now()
    from marketing.company_slots as slot
    join marketing.contact_enrichment as contact using (company_slot_unique_id)
    join marketing.email_verification as verification on verification.enrichment_id = contact.id
    join marketing.pipeline_events as event on marketing.payload_id(event.payload, 'verification_id') = verification.id
    where event.id = any (fill_slots.event_ids)
    and person.company_slot_unique_id = slot.company_slot_unique_id
    and not slot.is_filled
    and person.email_verified;

    select null::bigint, null::text where false;
end;

comment on function marketing.fill_slots(bigint[]) is
    'Stage outreach_ready: a verified contact fills its slot; otherwise the slot says why not.';

-- marketing.vw_outreach_ready: the contacts that a salesperson may write to, one row each.
--
-- Ready means: the slot is filled by a person whose address was verified, the company is not withdrawn, and neither the address,
-- nor its domain, nor the company's domain is on the do-not-contact list. `sandbox` marks people and verdicts that are invented.
--
-- Reads:  marketing.company_slots, marketing.people_master, marketing.company_master, marketing.do_not_contact

create or replace view marketing.vw_outreach_ready as
select
    company.company_unique_id,
    company.company_name,
    company.website_url,
    company.domain,
    company.industry,
    company.employee_count,
    company.address_city as city,
    company.address_state as state,
    company.address_country as country,
    slot.slot_type,
    slot.slot_label,
    person.unique_id as person_unique_id,
    person.first_name,
    person.last_name,
    person.full_name,
    person.title,
    person.email,
    person.work_phone_e164 as phone,
    person.linkedin_url,
    slot.confidence_score,
    person.email_verified_at as verified_at,
    person.email_verification_source as verified_by,
    person.source_system as found_by,
    person.source_system like '%-sandbox' or person.email_verification_source like '%-sandbox' as sandbox,
    company.import_batch_id as batch_id,
    slot.filled_at as ready_at
from marketing.company_slots as slot
join marketing.people_master as person on person.unique_id = slot.person_unique_id
join marketing.company_master as company on company.company_unique_id = slot.company_unique_id
where slot.is_filled
and person.email_verified
and company.withdrawn_at is null
and not exists (
    select from marketing.do_not_contact as blocked
    where blocked.entry in (lower(person.email), split_part(lower(person.email), '@', 2), company.domain)
);

comment on view marketing.vw_outreach_ready is
    'Contacts that are ready for outreach: verified, not withdrawn, not on the do-not-contact list. sandbox = true: invented.';

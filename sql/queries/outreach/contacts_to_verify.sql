-- outreach/contacts_to_verify: the enriched contacts of a batch, with what is known of their addresses.
--
-- $1 bigint[]: enrichment ids.
-- Returns: id, email, domain of the company, blocked (withdrawn company or do-not-contact list, in words, or NULL); the verdict that
--          can be used again: known_status, known_service, known_result, or NULL; settled: this very row has a verdict on this address
--          that is still good.
-- Reads:  marketing.contact_enrichment, marketing.company_slots, marketing.company_master, marketing.do_not_contact,
--         marketing.email_verification, marketing.outreach_settings
-- Locks:  the contacts, in the order of their ids
select
    contact.id,
    contact.email,
    company.domain,
    case
        when company.withdrawn_at is not null then 'The company was withdrawn.'
        when exists (
            select from marketing.do_not_contact as entry
            where entry.entry in (lower(contact.email), split_part(lower(contact.email), '@', 2), company.domain)
        ) then 'The address or its domain is on the do-not-contact list.'
    end as blocked,
    known.verification_status as known_status,
    known.verification_service as known_service,
    known.verification_result as known_result,
    coalesce(known.enrichment_id = contact.id, false) as settled
from marketing.contact_enrichment as contact
join marketing.company_slots as slot using (company_slot_unique_id)
join marketing.company_master as company using (company_unique_id)
cross join marketing.outreach_settings as settings
left join lateral (
    select verification.*
    from marketing.email_verification as verification
    where verification.email = contact.email
    and verification.verification_status in ('valid', 'invalid', 'risky')
    and verification.verified_at > now() - settings.verify_again_after
    order by verification.enrichment_id = contact.id desc, verification.verified_at desc
    limit 1
) as known on true
where contact.id = any ($1)
order by contact.id
for update of contact

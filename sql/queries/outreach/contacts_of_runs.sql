-- outreach/contacts_of_runs: the slots that wait for the people of finished runs.
--
-- $1 bigint[]: run ids.
-- Returns: contact_id, run_id, slot_type, domain of the company.
-- Reads:  marketing.contact_enrichment, marketing.company_slots, marketing.company_master
-- Locks:  the contacts, in the order of their ids
select contact.id as contact_id, contact.run_id, slot.slot_type, company.domain
from marketing.contact_enrichment as contact
join marketing.company_slots as slot using (company_slot_unique_id)
join marketing.company_master as company using (company_unique_id)
where contact.run_id = any ($1)
and contact.enrichment_status = 'processing'
order by contact.id
for update of contact

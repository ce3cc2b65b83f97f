-- cli/demo_contacts: a few contacts of a batch, each of another company.
--
-- $1 text: the batch.
-- Returns: company, slot, person, email.
-- Reads:  marketing.vw_outreach_ready
-- Locks:  none
select contact.company_name as company, contact.slot_type as slot, contact.full_name as person, contact.email
from (
    select distinct on (ready.company_unique_id)
        ready.company_unique_id, ready.company_name, ready.slot_type, ready.full_name, ready.email
    from marketing.vw_outreach_ready as ready
    where ready.batch_id = $1::text
    and ready.sandbox
    order by ready.company_unique_id, ready.slot_type
) as contact
order by contact.company_unique_id
limit 5

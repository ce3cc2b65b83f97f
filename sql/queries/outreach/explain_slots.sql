-- outreach/explain_slots: writes on slots why nobody there can be written to.
--
-- $1 bigint[]: enrichment ids; $2 text[]: reasons.
-- Reads:  marketing.contact_enrichment
-- Writes: marketing.company_slots
-- Locks:  the slots
update marketing.company_slots as slot
set not_ready_reason = explained.reason
from unnest($1::bigint[], $2::text[]) as explained (enrichment_id, reason)
join marketing.contact_enrichment as contact on contact.id = explained.enrichment_id
where slot.company_slot_unique_id = contact.company_slot_unique_id
and not slot.is_filled

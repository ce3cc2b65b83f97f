-- outreach/write_contacts: writes whom the source found for each slot, or that it found nobody.
--
-- A slot without anybody is looked up again after look_again_after: the event that asks for it is scheduled here.
--
-- $1 bigint[]: contact ids; $2 jsonb[]: the person found (first_name, last_name, title, seniority, email, phone, linkedin_url) or
-- NULL; $3 double precision[]: confidence, 0 to 1, or NULL; $4 text: the source.
-- Reads:  marketing.outreach_settings
-- Writes: marketing.contact_enrichment, marketing.company_slots, marketing.pipeline_events
-- Locks:  the contacts (held by contacts_of_runs), then their slots
with
found as materialized (
    select given.contact_id, given.person, given.confidence
    from unnest($1::bigint[], $2::jsonb[], $3::double precision[]) as given (contact_id, person, confidence)
),
written as (
    update marketing.contact_enrichment as contact
    set enrichment_status = 'completed',
        not_found = found.person is null,
        first_name = found.person ->> 'first_name',
        last_name = found.person ->> 'last_name',
        full_name = nullif(concat_ws(' ', found.person ->> 'first_name', found.person ->> 'last_name'), ''),
        title = found.person ->> 'title',
        seniority = found.person ->> 'seniority',
        email = found.person ->> 'email',
        phone = found.person ->> 'phone',
        linkedin_url = found.person ->> 'linkedin_url',
        confidence_score = found.confidence,
        enrichment_source = $4,
        enrichment_data = found.person,
        enriched_at = clock_timestamp()
    from found
    where contact.id = found.contact_id
    returning contact.company_slot_unique_id, contact.not_found, contact.caused_by
),
explained as (
    update marketing.company_slots as slot
    set not_ready_reason = case when written.not_found then 'Nobody was found for this slot.' end
    from written
    where slot.company_slot_unique_id = written.company_slot_unique_id
    and not slot.is_filled
)
insert into marketing.pipeline_events (event_type, payload, run_at, parent_id, root_id)
select
    'slots_created',
    jsonb_build_object(
        'slot_id', slot.company_slot_unique_id,
        'company_id', slot.company_unique_id,
        'slot_type', slot.slot_type,
        'slot_label', slot.slot_label
    ),
    now() + settings.look_again_after,
    written.caused_by,
    coalesce(parent.root_id, parent.id)
from written
join marketing.company_slots as slot using (company_slot_unique_id)
cross join marketing.outreach_settings as settings
left join marketing.pipeline_events as parent on parent.id = written.caused_by
where written.not_found

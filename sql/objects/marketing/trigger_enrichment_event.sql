-- trigger_enrichment_event: a contact whose enrichment is completed is the event contact_enriched, whether it became so or is inserted so.
--
-- Reads:  marketing.company_slots
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.contact_enrichment',
    event_type => 'contact_enriched',
    trigger_name => 'trigger_enrichment_event',
    operations => '{update,insert}',
    condition => $$row.enrichment_status = 'completed'$$,
    -- The event that asked for this contact, not the run that many companies share.
    cause => 'row.caused_by',
    payload => $$jsonb_build_object(
        'enrichment_id', row.id,
        'slot_id', row.company_slot_unique_id,
        'company_id', (
            select slot.company_unique_id from marketing.company_slots as slot
            where slot.company_slot_unique_id = row.company_slot_unique_id
        ),
        'linkedin_url', row.linkedin_url,
        'full_name', row.full_name,
        'email', row.email
    )$$
);

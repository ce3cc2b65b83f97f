-- trigger_email_verification_event: a verdict on an address is the event email_verified.
--
-- It fires when the verdict is final, whether the row is inserted with it or receives it later. A later check with another verdict is an
-- event again: the row goes through pending in between.
--
-- Reads:  marketing.contact_enrichment, marketing.company_slots, marketing.company_master
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.email_verification',
    event_type => 'email_verified',
    trigger_name => 'trigger_email_verification_event',
    operations => '{insert,update}',
    condition => $$row.verification_status <> 'pending'$$,
    payload => $$(
        select jsonb_build_object(
            'verification_id', row.id,
            'enrichment_id', row.enrichment_id,
            'slot_id', contact.company_slot_unique_id,
            'company_id', company.company_unique_id,
            'company_name', company.company_name,
            'full_name', contact.full_name,
            'email', row.email,
            'verification_status', row.verification_status
        )
        from marketing.contact_enrichment as contact
        join marketing.company_slots as slot using (company_slot_unique_id)
        join marketing.company_master as company using (company_unique_id)
        where contact.id = row.enrichment_id
    )$$
);

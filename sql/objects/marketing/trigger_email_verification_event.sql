-- trigger_email_verification_event: a verdict on an address is the event email_verified.
--
-- It fires when the verdict is final, whether the row is inserted with it or receives it later. A later check with another verdict is an
-- event again: the row goes through pending in between.
--
-- Reads:  marketing.contact_enrichment, marketing.company_slots, marketing.company_master
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_email_verification_event
    after insert on marketing.email_verification
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'email_verified',
        '(
            select jsonb_build_object(
                ''verification_id'', row.id,
                ''enrichment_id'', row.enrichment_id,
                ''slot_id'', contact.company_slot_unique_id,
                ''company_id'', company.company_unique_id,
                ''company_name'', company.company_name,
                ''full_name'', contact.full_name,
                ''email'', row.email,
                ''verification_status'', row.verification_status
            )
            from marketing.contact_enrichment as contact
            join marketing.company_slots as slot using (company_slot_unique_id)
            join marketing.company_master as company using (company_unique_id)
            where contact.id = row.enrichment_id
        )',
        'row.verification_status <> ''pending'''
    );

create or replace trigger trigger_email_verdict_event
    after update on marketing.email_verification
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'email_verified',
        '(
            select jsonb_build_object(
                ''verification_id'', row.id,
                ''enrichment_id'', row.enrichment_id,
                ''slot_id'', contact.company_slot_unique_id,
                ''company_id'', company.company_unique_id,
                ''company_name'', company.company_name,
                ''full_name'', contact.full_name,
                ''email'', row.email,
                ''verification_status'', row.verification_status
            )
            from marketing.contact_enrichment as contact
            join marketing.company_slots as slot using (company_slot_unique_id)
            join marketing.company_master as company using (company_unique_id)
            where contact.id = row.enrichment_id
        )',
        'row.verification_status <> ''pending''',
        'row.id'
    );

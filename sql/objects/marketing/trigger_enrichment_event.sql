-- trigger_enrichment_event: a contact whose enrichment is completed is the event contact_enriched.
--
-- One trigger for rows that become completed, one for rows that are inserted so: a statement-level trigger with transition
-- tables takes one event only.
--
-- Reads:  marketing.company_slots
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_enrichment_event
    after update on marketing.contact_enrichment
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'contact_enriched',
        'jsonb_build_object(
            ''enrichment_id'', row.id,
            ''slot_id'', row.company_slot_unique_id,
            ''company_id'', (
                select slot.company_unique_id from marketing.company_slots as slot
                where slot.company_slot_unique_id = row.company_slot_unique_id
            ),
            ''linkedin_url'', row.linkedin_url,
            ''full_name'', row.full_name,
            ''email'', row.email
        )',
        'row.enrichment_status = ''completed''',
        'row.id',
        -- The event that asked for this contact, not the run that many companies share.
        'row.caused_by'
    );

create or replace trigger trigger_enrichment_insert_event
    after insert on marketing.contact_enrichment
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'contact_enriched',
        'jsonb_build_object(
            ''enrichment_id'', row.id,
            ''slot_id'', row.company_slot_unique_id,
            ''company_id'', (
                select slot.company_unique_id from marketing.company_slots as slot
                where slot.company_slot_unique_id = row.company_slot_unique_id
            ),
            ''linkedin_url'', row.linkedin_url,
            ''full_name'', row.full_name,
            ''email'', row.email
        )',
        'row.enrichment_status = ''completed'''
    );

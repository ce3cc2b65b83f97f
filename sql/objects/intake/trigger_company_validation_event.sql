-- trigger_company_validation_event: an accepted row is the event company_validated.
--
-- One trigger for rows that become accepted, one for rows that are inserted so: a statement-level trigger with transition
-- tables takes one event only.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_company_validation_event
    after update on intake.company_raw_intake
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'company_validated',
        'jsonb_build_object(
            ''record_id'', row.id,
            ''company_name'', row.company,
            ''website'', row.website,
            ''batch_id'', row.import_batch_id,
            ''validated_by'', row.validated_by
        )',
        'row.validated'
    );

create or replace trigger trigger_company_validated_insert_event
    after insert on intake.company_raw_intake
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'company_validated',
        'jsonb_build_object(
            ''record_id'', row.id,
            ''company_name'', row.company,
            ''website'', row.website,
            ''batch_id'', row.import_batch_id,
            ''validated_by'', row.validated_by
        )',
        'row.validated'
    );

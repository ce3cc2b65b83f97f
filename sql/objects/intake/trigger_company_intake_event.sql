-- trigger_company_intake_event: each new intake row is the event company_created.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_company_intake_event
    after insert on intake.company_raw_intake
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'company_created',
        'jsonb_build_object(
            ''record_id'', row.id,
            ''company_name'', row.company,
            ''website'', row.website,
            ''batch_id'', row.import_batch_id
        )'
    );

-- trigger_company_correction_event: a row that must be judged again is the event company_updated.
--
-- Its verdict was taken away by a correction, or a person accepted it and its domain is not known yet.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_company_correction_event
    after update on intake.company_raw_intake
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'company_updated',
        'jsonb_build_object(
            ''record_id'', row.id,
            ''company_name'', row.company,
            ''website'', row.website,
            ''batch_id'', row.import_batch_id
        )',
        'row.validated is null or row.validated and row.domain is null'
    );

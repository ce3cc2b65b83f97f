-- trigger_company_promotion_event: a new master row is the event company_promoted.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_company_promotion_event
    after insert on marketing.company_master
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'company_promoted',
        'jsonb_build_object(
            ''company_unique_id'', row.company_unique_id,
            ''company_name'', row.company_name,
            ''website_url'', row.website_url,
            ''batch_id'', row.import_batch_id
        )',
        '',
        'row.company_unique_id'
    );

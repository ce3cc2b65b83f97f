-- trigger_company_intake_event: each new intake row is the event company_created.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'intake.company_raw_intake',
    event_type => 'company_created',
    trigger_name => 'trigger_company_intake_event',
    payload => $$jsonb_build_object(
        'record_id', row.id,
        'company_name', row.company,
        'website', row.website,
        'batch_id', row.import_batch_id
    )$$
);

-- trigger_company_correction_event: a row that must be judged again is the event company_updated.
--
-- Its verdict was taken away by a correction.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'intake.company_raw_intake',
    event_type => 'company_updated',
    trigger_name => 'trigger_company_correction_event',
    operations => '{update}',
    condition => 'row.validated is null',
    payload => $$jsonb_build_object(
        'record_id', row.id,
        'company_name', row.company,
        'website', row.website,
        'batch_id', row.import_batch_id
    )$$
);

-- trigger_company_validation_event: an accepted row is the event company_validated, whether it became so or is inserted so.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'intake.company_raw_intake',
    event_type => 'company_validated',
    trigger_name => 'trigger_company_validation_event',
    operations => '{update,insert}',
    condition => 'row.validated',
    payload => $$jsonb_build_object(
        'record_id', row.id,
        'company_name', row.company,
        'website', row.website,
        'batch_id', row.import_batch_id,
        'validated_by', row.validated_by
    )$$
);

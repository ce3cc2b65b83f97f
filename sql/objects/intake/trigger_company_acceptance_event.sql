-- trigger_company_acceptance_event: a row that was accepted by hand and whose domain is not known yet is the event company_updated.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'intake.company_raw_intake',
    event_type => 'company_updated',
    trigger_name => 'trigger_company_acceptance_event',
    operations => '{update}',
    condition => 'row.validated and row.domain is null',
    payload => $$jsonb_build_object(
        'record_id', row.id,
        'company_name', row.company,
        'website', row.website,
        'batch_id', row.import_batch_id
    )$$
);

-- trigger_enrichment_started_event: a run that the contact source has accepted is the event enrichment_run_started.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.enrichment_runs',
    event_type => 'enrichment_run_started',
    trigger_name => 'trigger_enrichment_started_event',
    operations => '{update}',
    condition => $$row.status = 'started'$$,
    payload => $$jsonb_build_object('run_id', row.id, 'source', row.source, 'source_run_id', row.source_run_id)$$
);

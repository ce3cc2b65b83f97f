-- trigger_enrichment_planned_event: a planned run is the event enrichment_run_planned, also when it is planned again.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.enrichment_runs',
    event_type => 'enrichment_run_planned',
    trigger_name => 'trigger_enrichment_planned_event',
    operations => '{insert,update}',
    condition => $$row.status = 'planned'$$,
    payload => $$jsonb_build_object('run_id', row.id, 'companies', cardinality(row.domains))$$
);

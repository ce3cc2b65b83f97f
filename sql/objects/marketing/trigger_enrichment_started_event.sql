-- trigger_enrichment_started_event: a run that the contact source has accepted is the event enrichment_run_started.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_enrichment_started_event
    after update on marketing.enrichment_runs
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'enrichment_run_started',
        'jsonb_build_object(''run_id'', row.id, ''source'', row.source, ''source_run_id'', row.source_run_id)',
        'row.status = ''started'''
    );

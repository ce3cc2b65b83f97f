-- trigger_enrichment_planned_event: a planned run is the event enrichment_run_planned.
--
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace trigger trigger_enrichment_planned_event
    after insert on marketing.enrichment_runs
    referencing new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'enrichment_run_planned',
        'jsonb_build_object(''run_id'', row.id, ''companies'', cardinality(row.domains))',
        'row.status = ''planned'''
    );

create or replace trigger trigger_enrichment_planned_again_event
    after update on marketing.enrichment_runs
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function marketing.notify_pipeline_event(
        'enrichment_run_planned',
        'jsonb_build_object(''run_id'', row.id, ''companies'', cardinality(row.domains))',
        'row.status = ''planned'''
    );

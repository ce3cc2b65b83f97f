-- outreach/mark_runs_started: stores the ids that the source gave to started runs.
--
-- $1 bigint[]: run ids; $2 text[]: the source's ids; $3 bigint[]: events.
-- Writes: marketing.enrichment_runs
-- Locks:  the runs
update marketing.enrichment_runs as run
set status = 'started',
    source_run_id = started.source_run_id,
    started_at = clock_timestamp(),
    caused_by = started.event_id
from unnest($1::bigint[], $2::text[], $3::bigint[]) as started (id, source_run_id, event_id)
where run.id = started.id
and run.status = 'planned'

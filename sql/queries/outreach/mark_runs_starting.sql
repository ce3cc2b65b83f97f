-- outreach/mark_runs_starting: puts on record that starts are about to be made.
--
-- $1 bigint[]: run ids; $2 text: the source's name.
-- Writes: marketing.enrichment_runs
-- Locks:  the runs (held by runs_to_start)
update marketing.enrichment_runs as run
set start_attempted_at = coalesce(run.start_attempted_at, clock_timestamp()),
    source = $2
where run.id = any ($1)

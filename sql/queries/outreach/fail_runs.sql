-- outreach/fail_runs: writes that runs failed; one that failed at the source for the first time is planned once more.
--
-- $1 bigint[]: run ids; $2 text[]: why; $3 bigint[]: events; $4 boolean: plan again after a first failure.
-- Writes: marketing.enrichment_runs, marketing.contact_enrichment
-- Locks:  the runs, then their contacts
with
failed as (
    update marketing.enrichment_runs as run
    set status = case when $4 and run.failed_runs = 0 then 'planned' else 'failed' end,
        failed_runs = run.failed_runs + 1,
        failure = named.reason,
        source_run_id = case when $4 and run.failed_runs = 0 then null else run.source_run_id end,
        start_attempted_at = case when $4 and run.failed_runs = 0 then null else run.start_attempted_at end,
        caused_by = named.event_id
    from unnest($1::bigint[], $2::text[], $3::bigint[]) as named (id, reason, event_id)
    where run.id = named.id
    returning run.id, run.status
)
update marketing.contact_enrichment as contact
set enrichment_status = 'failed'
from failed
where contact.run_id = failed.id
and failed.status = 'failed'
and contact.enrichment_status = 'processing'

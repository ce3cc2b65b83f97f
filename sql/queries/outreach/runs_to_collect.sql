-- outreach/runs_to_collect: the started runs of a batch; a failed one, whose event was set to pending again, is planned anew.
--
-- $1 bigint[]: run ids.
-- Returns: id, status (as it was), domains, cost_max_usd, leads_max, source_run_id.
-- Reads:  marketing.outreach_settings
-- Writes: marketing.enrichment_runs, marketing.contact_enrichment
-- Locks:  the runs in the order of their ids, then their contacts
with
run as materialized (
    select run.*
    from marketing.enrichment_runs as run
    where run.id = any ($1)
    order by run.id
    for update
),
planned_anew as (
    update marketing.enrichment_runs as again
    set status = 'planned',
        source_run_id = null,
        start_attempted_at = null,
        failure = null
    from run
    where again.id = run.id
    and run.status = 'failed'
),
looked_for_again as (
    update marketing.contact_enrichment as contact
    set enrichment_status = 'processing'
    from run
    where contact.run_id = run.id
    and run.status = 'failed'
    and contact.enrichment_status = 'failed'
)
select
    run.id,
    run.status,
    run.domains,
    run.cost_max_usd::double precision as cost_max_usd,
    settings.leads_per_run_max as leads_max,
    run.source_run_id
from run
cross join marketing.outreach_settings as settings
order by run.id

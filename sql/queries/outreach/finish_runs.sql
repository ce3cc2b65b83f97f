-- outreach/finish_runs: writes what finished runs found and cost.
--
-- $1 bigint[]: run ids; $2 integer[]: people found; $3 double precision[]: cost in US dollars, or NULL.
-- Writes: marketing.enrichment_runs
-- Locks:  the runs
update marketing.enrichment_runs as run
set status = 'finished',
    finished_at = clock_timestamp(),
    people_found = finished.people_found,
    cost_usd = finished.cost_usd
from unnest($1::bigint[], $2::integer[], $3::double precision[]) as finished (id, people_found, cost_usd)
where run.id = finished.id

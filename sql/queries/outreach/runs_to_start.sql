-- outreach/runs_to_start: the planned runs of a batch, and whether the budget allows each.
--
-- The settings row is locked, so that two daemons do not spend the same money. Sandbox runs cost nothing and are always allowed.
-- A run whose start was begun before is in the sums already.
--
-- $1 bigint[]: run ids; $2 boolean: the source costs money.
-- Returns: id, status, domains, cost_max_usd, leads_max, unknown_start_since, refusal (why the budget does not allow it, or NULL).
-- Reads:  marketing.enrichment_runs, marketing.outreach_settings
-- Locks:  the settings row, then the runs in the order of their ids
with
settings as materialized (
    select * from marketing.outreach_settings for update
),
-- What paid runs have cost so far; one that is not finished counts with its maximum.
spent as materialized (
    select
        count(*) filter (
            where run.start_attempted_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
        ) as runs_today,
        coalesce(sum(coalesce(run.cost_usd, run.cost_max_usd)) filter (
            where run.start_attempted_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
        ), 0) as usd_this_month
    from marketing.enrichment_runs as run
    where run.start_attempted_at >= now() - interval '32 days'
    and run.source not like '%-sandbox'
),
run as materialized (
    select run.*
    from marketing.enrichment_runs as run
    where run.id = any ($1)
    order by run.id
    for update
),
-- The place of each new run in this batch: the sums grow with it.
placed as (
    select
        run.*,
        count(*) filter (where run.start_attempted_at is null and run.status = 'planned') over (order by run.id) as place
    from run
)
select
    placed.id,
    placed.status,
    placed.domains,
    placed.cost_max_usd::double precision as cost_max_usd,
    settings.leads_per_run_max as leads_max,
    placed.start_attempted_at as unknown_start_since,
    case
        when not $2 or placed.start_attempted_at is not null then null
        when spent.runs_today + placed.place > settings.runs_per_day_max then
            format(
                'the budget of %s enrichment runs a day is used up. Raise runs_per_day_max in marketing.outreach_settings, or wait until tomorrow (UTC).',
                settings.runs_per_day_max
            )
        when spent.usd_this_month + placed.place * settings.usd_per_run_max > settings.usd_per_month_max then
            format(
                'another run could exceed the enrichment budget of %s dollars a month (%s spent). Raise usd_per_month_max in marketing.outreach_settings, or wait until next month (UTC).',
                settings.usd_per_month_max, spent.usd_this_month
            )
    end as refusal
from placed
cross join settings
cross join spent
order by placed.id

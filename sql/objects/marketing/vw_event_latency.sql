-- marketing.vw_event_latency: how long events took from the INSERT to the end of their stage, by event type.
--
-- Over the newest 100,000 events of the last 24 hours: found by primary key, so the cost does not grow with the ledger.
--
-- Reads:  marketing.pipeline_events

create or replace view marketing.vw_event_latency as
select
    waited.event_type,
    waited.events,
    round(waited.average::numeric, 3) as avg_seconds,
    round(waited.quantiles[1]::numeric, 3) as p50_seconds,
    round(waited.quantiles[2]::numeric, 3) as p95_seconds,
    round(waited.quantiles[3]::numeric, 3) as p99_seconds,
    round(waited.longest::numeric, 3) as max_seconds
from (
    select
        newest.event_type,
        count(*) as events,
        avg(seconds.value) as average,
        percentile_cont(array[0.50, 0.95, 0.99]) within group (order by seconds.value) as quantiles,
        max(seconds.value) as longest
    from (
        -- A limit, and no bound: of that the planner would think that a third of the ledger is above it, and compile for as many.
        select event.event_type, event.status, event.created_at, event.processed_at
        from marketing.pipeline_events as event
        order by event.id desc
        limit 100000
    ) as newest
    -- Not extract(), which takes a detour through numeric.
    cross join lateral (select date_part('epoch', newest.processed_at - newest.created_at) as value) as seconds
    where newest.created_at > now() - interval '24 hours'
    and newest.status = 'processed'
    group by newest.event_type
) as waited
order by waited.event_type;

comment on view marketing.vw_event_latency is
    'Seconds from insert to processed by event type (avg, p50, p95, p99, max), over the newest 100,000 events of the last 24 hours.';

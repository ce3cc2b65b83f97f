-- marketing.vw_event_latency: how long events took from the INSERT to the end of their stage, by event type.
--
-- Over the newest 100,000 events of the last 24 hours: found by primary key from the sequence's last value, so the cost does not
-- grow with the ledger.
--
-- Reads:  marketing.pipeline_events_id_seq, marketing.pipeline_events

create or replace view marketing.vw_event_latency as
select
    event.event_type,
    count(*) as events,
    round(avg(seconds.value)::numeric, 3) as avg_seconds,
    round(percentile_cont(0.50) within group (order by seconds.value)::numeric, 3) as p50_seconds,
    round(percentile_cont(0.95) within group (order by seconds.value)::numeric, 3) as p95_seconds,
    round(percentile_cont(0.99) within group (order by seconds.value)::numeric, 3) as p99_seconds,
    round(max(seconds.value)::numeric, 3) as max_seconds
from marketing.pipeline_events as event
cross join lateral (
    select extract(epoch from event.processed_at - event.created_at)::double precision as value
) as seconds
where event.id > (select sequence.last_value - 100000 from marketing.pipeline_events_id_seq as sequence)
and event.created_at > now() - interval '24 hours'
and event.status = 'processed'
group by event.event_type
order by event.event_type;

comment on view marketing.vw_event_latency is
    'Seconds from insert to processed by event type (avg, p50, p95, p99, max), over the newest 100,000 events of the last 24 hours.';

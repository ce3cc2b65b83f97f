-- bench/lateness: how late scheduled events were claimed, in milliseconds.
--
-- Returns: p50, p99, longest double precision.
-- Reads:  marketing.pipeline_events
-- Locks:  none
select
    percentile_cont(0.5) within group (order by late.ms) as p50,
    percentile_cont(0.99) within group (order by late.ms) as p99,
    max(late.ms) as longest
from (
    select (extract(epoch from event.claimed_at - event.run_at) * 1000)::double precision as ms
    from marketing.pipeline_events as event
    where event.event_type = 'bench_sql'
    and event.status = 'processed'
) as late

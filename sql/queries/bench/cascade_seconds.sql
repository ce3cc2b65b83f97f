-- bench/cascade_seconds: from the first claim to the end of the last chain.
--
-- Returns: seconds double precision; done bigint: chains that ended.
-- Reads:  marketing.pipeline_events
-- Locks:  none
select
    coalesce(extract(epoch from max(event.processed_at) - min(event.claimed_at)), 0)::double precision as seconds,
    count(*) filter (where event.event_type = 'bench_third') as done
from marketing.pipeline_events as event
where event.status = 'processed'

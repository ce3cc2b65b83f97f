-- cli/latencies: how long events take, from insert to processed.
--
-- Returns: text columns for a table.
-- Reads:  marketing.vw_event_latency
-- Locks:  none
select
    latency.event_type,
    latency.events::text,
    latency.avg_seconds::text,
    latency.p50_seconds::text,
    latency.p95_seconds::text,
    latency.p99_seconds::text
from marketing.vw_event_latency as latency

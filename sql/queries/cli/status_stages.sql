-- cli/status_stages: each stage's queue and speed.
--
-- Returns: stage, event_type, waiting, running, later, next_due_seconds and oldest_seconds (NULL: none), done, p50_seconds and
--          p95_seconds (NULL: nothing done lately), paused, paused_reason.
-- Reads:  marketing.vw_queue_depth, marketing.vw_event_latency
-- Locks:  none
select
    depth.stage,
    depth.event_type,
    depth.waiting,
    depth.running,
    depth.scheduled as later,
    extract(epoch from depth.next_due_at - clock_timestamp())::double precision as next_due_seconds,
    extract(epoch from depth.oldest_waits_for)::double precision as oldest_seconds,
    coalesce(latency.events, 0) as done,
    latency.p50_seconds::double precision as p50_seconds,
    latency.p95_seconds::double precision as p95_seconds,
    depth.paused,
    depth.paused_reason
from marketing.vw_queue_depth as depth
left join marketing.vw_event_latency as latency using (event_type)

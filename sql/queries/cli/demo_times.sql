-- cli/demo_times: how long stages took, in their order.
--
-- Returns: stage; events bigint; p50_seconds, p99_seconds, max_seconds.
-- Reads:  pipeline.stages, marketing.vw_event_latency
-- Locks:  none
select
    stage.name as stage,
    latency.events,
    latency.p50_seconds::double precision as p50_seconds,
    latency.p99_seconds::double precision as p99_seconds,
    latency.max_seconds::double precision as max_seconds
from pipeline.stages as stage
join marketing.vw_event_latency as latency using (event_type)
order by stage.id

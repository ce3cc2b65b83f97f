-- cli/status_stages: each stage's queue and speed.
--
-- Returns: stage, event_type, waiting, running, later, next_due_seconds and oldest_seconds (NULL: none), done, p50_seconds and
--          p95_seconds (NULL: nothing done lately), paused, paused_reason, counted_seconds: how long ago waiting and later were counted,
--          NULL: now.
-- Reads:  marketing.vw_queue_depth, pipeline.stages, pipeline.routes, marketing.pipeline_events (by id)
-- Locks:  none
with
-- As marketing.vw_event_latency, but where several stages handle a type, of each by itself.
latency as (
    select
        coalesce(event.stage_id, route.leader_id) as stage_id,
        count(*) as events,
        percentile_cont(array[0.50, 0.95]) within group (order by date_part('epoch', event.processed_at - event.created_at)) as seconds
    from (
        select newest.event_type, newest.stage_id, newest.status, newest.created_at, newest.processed_at
        from marketing.pipeline_events as newest
        order by newest.id desc
        limit 100000
    ) as event
    left join pipeline.routes as route on route.event_type = event.event_type
    where event.created_at > now() - interval '24 hours'
    and event.status = 'processed'
    group by coalesce(event.stage_id, route.leader_id)
)
select
    depth.stage,
    depth.event_type,
    depth.waiting,
    depth.running,
    depth.scheduled as later,
    extract(epoch from depth.next_due_at - clock_timestamp())::double precision as next_due_seconds,
    extract(epoch from depth.oldest_waits_for)::double precision as oldest_seconds,
    coalesce(latency.events, 0) as done,
    latency.seconds[1] as p50_seconds,
    latency.seconds[2] as p95_seconds,
    depth.paused,
    depth.paused_reason,
    extract(epoch from clock_timestamp() - depth.counted_at)::double precision as counted_seconds
from marketing.vw_queue_depth as depth
join pipeline.stages as stage on stage.name = depth.stage
left join latency on latency.stage_id = stage.id
order by stage.id

-- marketing.vw_queue_depth: how much work waits for each stage, and how old the oldest is.
--
-- Read from the hot tables, which hold only what is unfinished: a ledger of millions costs nothing here. held_back by a limit counts as
-- waiting, too.
--
-- Reads:  pipeline.stages, pipeline.ready, pipeline.parked, pipeline.inflight, pipeline.scheduled, marketing.pipeline_events (by id)

create or replace view marketing.vw_queue_depth as
with
ready as (
    select ready.stage_id, count(*) as waiting, min(ready.event_id) as oldest_id
    from pipeline.ready
    group by ready.stage_id
),
parked as (
    select parked.stage_id, count(*) as held_back, min(parked.event_id) as oldest_id
    from pipeline.parked
    group by parked.stage_id
),
inflight as (
    select inflight.stage_id, count(*) as running
    from pipeline.inflight
    group by inflight.stage_id
),
scheduled as (
    select scheduled.stage_id, count(*) as later, min(scheduled.run_at) as next_due_at
    from pipeline.scheduled
    group by scheduled.stage_id
)
select
    stage.name as stage,
    stage.event_type,
    coalesce(ready.waiting, 0) + coalesce(parked.held_back, 0) as waiting,
    coalesce(inflight.running, 0) as running,
    coalesce(scheduled.later, 0) as scheduled,
    scheduled.next_due_at,
    clock_timestamp() - oldest.created_at as oldest_waits_for,
    stage.paused,
    stage.paused_reason,
    coalesce(parked.held_back, 0) as held_back
from pipeline.stages as stage
left join ready on ready.stage_id = stage.id
left join parked on parked.stage_id = stage.id
left join inflight on inflight.stage_id = stage.id
left join scheduled on scheduled.stage_id = stage.id
left join marketing.pipeline_events as oldest on oldest.id = least(ready.oldest_id, parked.oldest_id)
order by stage.id;

comment on view marketing.vw_queue_depth is
    'Work that waits, runs or is scheduled, by stage, with the age of the oldest waiting event; held_back: waits for a limit.';

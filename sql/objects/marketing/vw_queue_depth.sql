-- marketing.vw_queue_depth: how much work waits for each stage, and how old the oldest is.
--
-- Read from the hot tables, which hold only what is unfinished: a ledger of millions costs nothing here. While more than ten thousand
-- events wait, the numbers are those of the last count, some seconds old; without a daemon to count, they are counted at the look.
-- held_back by a limit counts as waiting, too.
--
-- Reads:  pipeline.stages, pipeline.ready, pipeline.parked, pipeline.inflight, pipeline.scheduled, pipeline.depths,
--         marketing.pipeline_events (by id)

create or replace view marketing.vw_queue_depth as
with
kept as materialized (
    select depths.stage_id, depths.waiting, depths.held_back, depths.scheduled, depths.next_due_at
    from pipeline.depths
    where pipeline.is_crowded()
),
-- None of these reads a row while a count is kept.
ready as (
    select ready.stage_id, count(*) as waiting
    from pipeline.ready
    where not exists (select from kept)
    group by ready.stage_id
),
parked as (
    select parked.stage_id, count(*) as held_back
    from pipeline.parked
    where not exists (select from kept)
    group by parked.stage_id
),
scheduled as (
    select scheduled.stage_id, count(*) as later, min(scheduled.run_at) as next_due_at
    from pipeline.scheduled
    where not exists (select from kept)
    group by scheduled.stage_id
),
inflight as (
    select inflight.stage_id, count(*) as running
    from pipeline.inflight
    group by inflight.stage_id
)
select
    stage.name as stage,
    stage.event_type,
    coalesce(kept.waiting, ready.waiting, 0) + coalesce(kept.held_back, parked.held_back, 0) as waiting,
    coalesce(inflight.running, 0) as running,
    coalesce(kept.scheduled, scheduled.later, 0) as scheduled,
    coalesce(kept.next_due_at, scheduled.next_due_at) as next_due_at,
    clock_timestamp() - oldest.created_at as oldest_waits_for,
    stage.paused,
    stage.paused_reason,
    coalesce(kept.held_back, parked.held_back, 0) as held_back
from pipeline.stages as stage
left join kept on kept.stage_id = stage.id
left join ready on ready.stage_id = stage.id
left join parked on parked.stage_id = stage.id
left join inflight on inflight.stage_id = stage.id
left join scheduled on scheduled.stage_id = stage.id
-- The head of each priority is found by the index, however long the queue.
left join lateral (
    select min(head.event_id) as id
    from (
        select (
            select queue.event_id
            from pipeline.ready as queue
            where queue.stage_id = stage.id
            and queue.priority = level.priority
            order by queue.event_id
            limit 1
        ) as event_id
        from generate_series(1, 10) as level (priority)
        union all
        select parked.event_id
        from pipeline.parked
        where parked.stage_id = stage.id
        and not exists (select from kept)
    ) as head
) as first on true
left join marketing.pipeline_events as oldest on oldest.id = first.id
order by stage.id;

comment on view marketing.vw_queue_depth is
    'Work that waits, runs or is scheduled, by stage, with the age of the oldest waiting event; held_back: waits for a limit.';

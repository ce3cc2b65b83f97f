-- marketing.vw_queue_depth: how much work waits for each stage, and how old the oldest is.
--
-- Read from the hot tables, which hold only what is unfinished: a ledger of millions costs nothing here. While more than ten thousand
-- events wait, the numbers are those of the last count (counted_at), which daemons make every twenty seconds. Before the first one a look
-- counts the first ten thousand of each table: there are at least so many.
-- held_back by a limit counts as waiting, too.
--
-- Reads:  pipeline.stages, pipeline.ready, pipeline.parked, pipeline.inflight, pipeline.scheduled, pipeline.depths,
--         pipeline.depth_counts, marketing.pipeline_events (by id)

create or replace view marketing.vw_queue_depth as
with
kept as materialized (
    select depths.stage_id, depths.waiting, depths.held_back, depths.scheduled, depths.next_due_at
    from pipeline.depths
    where pipeline.is_crowded()
),
-- None of these reads a row while a count is kept, nor ever more than a look should.
ready as (
    select stage.id as stage_id, head.waiting
    from pipeline.stages as stage
    cross join lateral (
        select count(*) as waiting
        from (
            -- In order, so that they are found by the index: by stale statistics all stages are one.
            select
            from pipeline.ready
            where ready.stage_id = stage.id
            order by ready.priority, ready.event_id
            limit 10001
        ) as first
    ) as head
    where not exists (select from kept)
),
parked as (
    select first.stage_id, count(*) as held_back, min(first.event_id) as oldest_id
    from (select parked.stage_id, parked.event_id from pipeline.parked where not exists (select from kept) limit 10001) as first
    group by first.stage_id
),
scheduled as (
    select first.stage_id, count(*) as later, min(first.run_at) as next_due_at
    from (
        select scheduled.stage_id, scheduled.run_at
        from pipeline.scheduled
        where not exists (select from kept)
        order by scheduled.run_at
        limit 10001
    ) as first
    group by first.stage_id
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
    coalesce(kept.held_back, parked.held_back, 0) as held_back,
    -- NULL: at this moment.
    (select last.counted_at from pipeline.depth_counts as last where exists (select from kept)) as counted_at
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
        select parked.oldest_id
    ) as head
) as first on true
left join marketing.pipeline_events as oldest on oldest.id = first.id
order by stage.id;

comment on view marketing.vw_queue_depth is
    'Work that waits, runs or is scheduled, by stage, with the age of the oldest waiting event; held_back: waits for a limit; counted_at: when, NULL: now.';

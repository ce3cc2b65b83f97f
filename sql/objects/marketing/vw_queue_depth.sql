-- marketing.vw_queue_depth: how much work waits for each stage, and how old the oldest is.
--
-- Read from the hot tables, which hold only what is unfinished: a ledger of millions costs nothing here. While more than ten thousand
-- events wait, the numbers are those of the last count (counted_at), which daemons make every twenty seconds. Before the first one a look
-- counts the first ten thousand of each table: there are at least so many.
-- held_back by a limit counts as waiting, too.
--
-- The oldest is the one that was written, or due, first. It is looked for where queues begin: what was queued when it was written stands in the
-- order of its time; of what was queued later (retried, put off, queued again) the first twenty of each priority are looked at, of all that
-- limits hold back the first five hundred.
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
    select first.stage_id, count(*) as held_back
    from (select parked.stage_id from pipeline.parked where not exists (select from kept) limit 10001) as first
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
),
longest_parked as materialized (
    select parked.event_id, parked.stage_id
    from pipeline.parked
    order by parked.event_id
    limit 500
)
select
    stage.name as stage,
    stage.event_type,
    coalesce(kept.waiting, ready.waiting, 0) + coalesce(kept.held_back, parked.held_back, 0) as waiting,
    coalesce(inflight.running, 0) as running,
    coalesce(kept.scheduled, scheduled.later, 0) as scheduled,
    coalesce(kept.next_due_at, scheduled.next_due_at) as next_due_at,
    clock_timestamp() - oldest.since as oldest_waits_for,
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
-- Each place is found by an index, however long the queue.
left join lateral (
    select min(event.since) as since
    from (
        select (
            select first.event_id
            from (
                select queue.event_id, queue.requeued
                from pipeline.ready as queue
                where queue.stage_id = stage.id
                and queue.priority = level.priority
                order by queue.event_id
                limit 1000
            ) as first
            where not first.requeued
            limit 1
        ) as event_id
        from generate_series(1, 10) as level (priority)
        union all
        select queued_late.event_id
        from generate_series(1, 10) as level (priority)
        cross join lateral (
            select queue.event_id
            from pipeline.ready as queue
            where queue.stage_id = stage.id
            and queue.priority = level.priority
            and queue.requeued
            order by queue.event_id
            limit 20
        ) as queued_late
        union all
        select longest_parked.event_id
        from longest_parked
        where longest_parked.stage_id = stage.id
    ) as head
    -- One by one: a join that was planned while the ledger was small would read all of it.
    cross join lateral (
        select greatest(event.run_at, event.created_at) as since
        from marketing.pipeline_events as event
        where event.id = head.event_id
        offset 0
    ) as event
) as oldest on true
order by stage.id;

comment on view marketing.vw_queue_depth is
    'Work that waits, runs or is scheduled, by stage, with how long the oldest has waited since it was written, or due; held_back: waits for a limit; counted_at: when, NULL: now.';

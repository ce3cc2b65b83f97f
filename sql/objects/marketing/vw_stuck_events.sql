-- marketing.vw_stuck_events: unfinished events that should have moved by now, with what to do.
--
-- Reads:  pipeline.ready, pipeline.inflight, pipeline.scheduled, pipeline.stages, pipeline.workers,
--         marketing.pipeline_events (by id)

create or replace view marketing.vw_stuck_events as
with
-- Only the oldest can be stuck: no more than a thousand of each stage's queue are looked at.
waiting as (
    select head.event_id, stage.id as stage_id
    from pipeline.stages as stage
    cross join lateral (
        select queue.event_id
        from pipeline.ready as queue
        where queue.stage_id = stage.id
        order by queue.priority, queue.event_id
        limit 1000
    ) as head
),
stuck as (
    select waiting.event_id, waiting.stage_id, 'waiting' as state
    from waiting
    union all
    select inflight.event_id, inflight.stage_id, case when inflight.worker_id = 0 then 'taken' else 'running' end
    from pipeline.inflight
    left join pipeline.stages as stage on stage.id = inflight.stage_id
    where inflight.claimed_at < clock_timestamp() - 2 * coalesce(stage.timeout, interval '7 minutes') - interval '1 minute'
    union all
    select scheduled.event_id, null, 'overdue'
    from pipeline.scheduled
    where scheduled.run_at < statement_timestamp() - interval '1 minute'
)
select
    event.id,
    event.event_type,
    stage.name as stage,
    stuck.state,
    clock_timestamp() - greatest(event.run_at, event.created_at) as since,
    event.attempts,
    event.error_message,
    case
        when stuck.state = 'taken'
            then 'Another program set it to processing: have it call marketing.mark_event_processed(id), or set it to pending.'
        when not exists (select from pipeline.workers as worker where worker.heartbeat_at > clock_timestamp() - interval '10 seconds' or worker.naps_until > clock_timestamp())
            then 'No daemon is running: start one with `pgcascade run`.'
        when stage.paused then format('Stage %s is paused: %s', stage.name, coalesce(stage.paused_reason, 'by an operator.'))
        when stuck.state = 'running' then 'The call takes longer than its timeout allows: look at the daemon''s log.'
        else 'The stage is behind: raise its concurrency or batch_size in pipeline.stages, or start another daemon.'
    end as what_to_do
from stuck
join marketing.pipeline_events as event
    on event.id = stuck.event_id
    -- Said twice: where stages are many, so many are thought to be stuck that the ledger would be read from end to end.
    and event.id = any (array(select stuck.event_id from stuck))
left join pipeline.stages as stage on stage.id = stuck.stage_id
where stuck.state <> 'waiting'
or greatest(event.run_at, event.created_at) < clock_timestamp() - interval '5 minutes';

comment on view marketing.vw_stuck_events is
    'Events that wait longer than five minutes, calls that overran, schedules that were missed; what_to_do says how to go on.';

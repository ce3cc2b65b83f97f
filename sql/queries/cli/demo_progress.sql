-- cli/demo_progress: how far each stage is with the events since the demo began.
--
-- $1 bigint: id in the ledger; earlier events are not counted as done.
-- Returns: stage; done bigint; open bigint, what waits, runs, or is due within a minute; later bigint, what is due after that
--          (not the look for nobody's slots in months); paused boolean. In the order of stages.
-- Reads:  pipeline.stages, pipeline.ready, pipeline.inflight, pipeline.scheduled, marketing.pipeline_events (by id)
-- Locks:  none
with
done as (
    select event.event_type, count(*) as events
    from marketing.pipeline_events as event
    where event.id >= $1::bigint
    and event.status in ('processed', 'failed', 'cancelled')
    group by event.event_type
),
scheduled as (
    select
        event.event_type,
        count(*) filter (where scheduled.run_at <= clock_timestamp() + interval '1 minute') as soon,
        count(*) filter (
            where scheduled.run_at > clock_timestamp() + interval '1 minute'
            and scheduled.run_at <= clock_timestamp() + interval '1 day'
        ) as later
    from pipeline.scheduled
    join marketing.pipeline_events as event on event.id = scheduled.event_id
    group by event.event_type
)
select
    stage.name as stage,
    coalesce(done.events, 0) as done,
    (select count(*) from pipeline.ready where ready.stage_id = stage.id)
        + (select count(*) from pipeline.inflight where inflight.stage_id = stage.id)
        + coalesce(scheduled.soon, 0) as open,
    coalesce(scheduled.later, 0) as later,
    stage.paused
from pipeline.stages as stage
left join done using (event_type)
left join scheduled using (event_type)
order by stage.id

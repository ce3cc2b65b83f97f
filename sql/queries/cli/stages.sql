-- cli/stages: stages with their bounds and what waits for them.
--
-- $1 text[]: their names, NULL: all.
-- Returns: name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff_seconds, backoff_max_seconds, timeout_seconds,
--          limiter (NULL: none), paused, paused_seconds and paused_reason (NULL: not paused, or not said), description, waiting, running,
--          later.
-- Reads:  pipeline.stages, marketing.vw_queue_depth
-- Locks:  none
select
    stage.name,
    stage.event_type,
    stage.kind,
    stage.target,
    stage.batch_size,
    stage.concurrency,
    stage.max_attempts::integer as max_attempts,
    extract(epoch from stage.backoff)::double precision as backoff_seconds,
    extract(epoch from stage.backoff_max)::double precision as backoff_max_seconds,
    extract(epoch from stage.timeout)::double precision as timeout_seconds,
    stage.limiter,
    stage.paused,
    extract(epoch from clock_timestamp() - stage.paused_at)::double precision as paused_seconds,
    stage.paused_reason,
    stage.description,
    coalesce(depth.waiting, 0) as waiting,
    coalesce(depth.running, 0) as running,
    coalesce(depth.scheduled, 0) as later
from pipeline.stages as stage
left join marketing.vw_queue_depth as depth on depth.stage = stage.name
where $1::text[] is null
or stage.name = any ($1::text[])
order by stage.id

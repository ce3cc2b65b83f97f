-- engine/stages: every stage with its bounds.
--
-- Returns: id, name, event_type, kind, target, revision, concurrency, batch_size, max_attempts, backoff_ms, backoff_max_ms, timeout_ms (all in
--          milliseconds), paused; call: for kind sql the statement that runs the function, NULL when there is no such function.
-- Reads:  pipeline.stages
-- Locks:  none
select
    stage.id,
    stage.name,
    stage.event_type,
    stage.kind,
    stage.target,
    stage.revision,
    stage.concurrency,
    stage.batch_size,
    stage.max_attempts,
    (extract(epoch from stage.backoff) * 1000)::bigint as backoff_ms,
    (extract(epoch from stage.backoff_max) * 1000)::bigint as backoff_max_ms,
    (extract(epoch from stage.timeout) * 1000)::bigint as timeout_ms,
    stage.paused,
    case
        when stage.kind = 'sql' and to_regproc(stage.target) is not null
            then format('select event_id, error from %s($1)', to_regproc(stage.target))
    end as call
from pipeline.stages as stage
order by stage.id

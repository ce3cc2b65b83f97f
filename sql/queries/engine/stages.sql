-- engine/stages: every stage with its bounds.
--
-- Returns: id, name, event_type, kind, target, revision, concurrency, batch_size, max_attempts, backoff_ms, backoff_max_ms, timeout_ms (all in
--          milliseconds), paused; function: for kind sql, as a statement calls it, NULL when there is no such function; is_volatile: whether that is.
-- Reads:  pipeline.stages, pg_catalog.pg_proc
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
    -- With its schema, whatever search_path a session has that calls it.
    case when proc.oid is not null then format('%s.%I', proc.pronamespace::regnamespace, proc.proname) end as function,
    coalesce(proc.provolatile = 'v', false) as is_volatile
from pipeline.stages as stage
left join pg_catalog.pg_proc as proc on proc.oid = case when stage.kind = 'sql' then to_regproc(stage.target) end
order by stage.id

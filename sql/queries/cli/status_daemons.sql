-- cli/status_daemons: the daemons, and whether each is alive.
--
-- Returns: id, name, version, alive, up_seconds, silent_seconds (since the last sign of life), asleep_seconds (until it looks again;
--          NULL: it is awake), calls_running, holds (stages and how many calls of each; NULL: none), busy_seconds (how long it has
--          worked on what it is doing in the database, from the second second on; NULL: nothing, or we may not see its sessions).
-- Reads:  pipeline.workers, pipeline.inflight, pipeline.stages, pg_catalog.pg_stat_activity
-- Locks:  none
select
    worker.id,
    worker.name,
    worker.version,
    worker.heartbeat_at > now() - interval '10 seconds' as alive,
    extract(epoch from now() - worker.started_at)::double precision as up_seconds,
    -- It may beat while we look.
    extract(epoch from greatest(now() - worker.heartbeat_at, '0'))::double precision as silent_seconds,
    case when worker.naps_until > now() then extract(epoch from worker.naps_until - now())::double precision end as asleep_seconds,
    held.calls_running,
    held.holds,
    (
        select extract(epoch from clock_timestamp() - min(session.xact_start))::double precision
        from pg_catalog.pg_stat_activity as session
        where session.application_name = left('pgcascade ' || worker.name, 63)
        and session.datname = current_database()
        and session.xact_start < clock_timestamp() - interval '1 second'
    ) as busy_seconds
from pipeline.workers as worker
cross join lateral (
    select
        coalesce(sum(by_stage.calls), 0)::bigint as calls_running,
        string_agg(format('%s %s', by_stage.calls, by_stage.name), ', ' order by by_stage.name) as holds
    from (
        select stage.name, count(*) as calls
        from pipeline.inflight as claim
        join pipeline.stages as stage on stage.id = claim.stage_id
        where claim.worker_id = worker.id
        group by stage.name
    ) as by_stage
) as held
order by worker.id

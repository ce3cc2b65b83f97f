-- http/ready: whether a daemon lives and is heard, by what the database knows of it.
--
-- $1 text: the daemon's name.
-- Returns: beats boolean: its heartbeat is younger than five seconds; listens boolean: its LISTEN session holds its lock.
-- Reads:  pipeline.workers, pg_catalog.pg_locks, pg_catalog.pg_stat_activity
-- Locks:  none
select
    coalesce(bool_or(worker.heartbeat_at > clock_timestamp() - interval '5 seconds'), false) as beats,
    coalesce(bool_or(
        exists (
            select from pg_catalog.pg_locks as held
            where held.locktype = 'advisory'
            and held.classid = pipeline.worker_lock_class()::oid
            and held.objid = worker.id::oid
            and held.granted
            -- Anybody may take any advisory lock: it must be a session of the daemon's name.
            and exists (
                select from pg_catalog.pg_stat_activity as session
                where session.pid = held.pid
                and session.application_name = left(worker.name || ' listen', 63)
            )
        )
    ), false) as listens
from pipeline.workers as worker
where worker.name = $1

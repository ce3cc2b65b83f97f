-- bench/listens: whether a daemon listens in this database.
--
-- Returns: listens boolean.
-- Reads:  pipeline.workers, pg_catalog.pg_locks
-- Locks:  none
select exists (
    select
    from pipeline.workers as worker
    join pg_catalog.pg_locks as held on held.objid = worker.id::oid
    join pg_catalog.pg_database as here on here.oid = held.database
    where here.datname = current_database()
    and held.locktype = 'advisory'
    and held.classid = pipeline.worker_lock_class()::oid
    and held.granted
) as listens

-- engine/register_worker: a daemon's first call.
--
-- $1 text: name; $2 text: version.
-- Returns: worker_id and the class of the advisory lock that the daemon must hold from now on.
-- Writes: pipeline.workers (through the function)
-- Locks:  none
select pipeline.register_worker($1, $2) as worker_id, pipeline.worker_lock_class() as lock_class

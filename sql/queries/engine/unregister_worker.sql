-- engine/unregister_worker: a daemon's last call.
--
-- $1 integer: worker.
-- Returns: nothing of use.
-- Writes: pipeline.workers (through the function)
-- Locks:  its row
select pipeline.unregister_worker($1)

-- engine/move_due: queues the events whose time has come.
--
-- Waits for no disk at its commit: what a crash brings back is moved again.
--
-- $1 integer: most at once.
-- Returns: moved; stage_ids that have something to claim now, or NULL; wait_ms until the next is due, NULL when nothing is scheduled.
-- Writes: pipeline.scheduled, pipeline.ready, pipeline.unrouted (through the function)
-- Locks:  due rows of pipeline.scheduled that nobody else holds
select due.moved, due.stage_ids, due.wait_ms
from set_config('synchronous_commit', 'off', true) as unsynchronous
cross join lateral pipeline.move_due($1) as due
where unsynchronous = 'off'

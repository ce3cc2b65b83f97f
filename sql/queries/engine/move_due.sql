-- engine/move_due: queues the events whose time has come.
--
-- $1 integer: most at once.
-- Returns: moved; wait_ms until the next is due, NULL when nothing is scheduled.
-- Writes: pipeline.scheduled, pipeline.ready, pipeline.unrouted (through the function)
-- Locks:  due rows of pipeline.scheduled that nobody else holds
select moved, wait_ms
from pipeline.move_due($1)

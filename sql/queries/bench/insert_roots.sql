-- bench/insert_roots: rows that each set off a chain of three stages.
--
-- $1 integer: how many.
-- Returns: nothing.
-- Writes: bench.first_step; by its trigger marketing.pipeline_events
-- Locks:  none
insert into bench.first_step (caused_by)
select null
from generate_series(1, $1)

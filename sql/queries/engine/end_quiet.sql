-- engine/end_quiet: has writers notify again.
--
-- $1 integer: worker.
-- Returns: nothing.
-- Writes: pipeline.quiet (through the function)
-- Locks:  its row
select pipeline.end_quiet($1)

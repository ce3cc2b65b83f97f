-- engine/keep_quiet: has writers leave their announcements with this daemon for the next second.
--
-- $1 integer: worker.
-- Returns: is_ours boolean: false when another daemon does it.
-- Writes: pipeline.quiet (through the function)
-- Locks:  its row
select pipeline.keep_quiet($1) as is_ours

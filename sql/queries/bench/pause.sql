-- bench/pause: stops or starts a stage.
--
-- $1 text: stage; $2 boolean: whether it stands still.
-- Returns: nothing.
-- Writes: pipeline.stages
-- Locks:  the stage's row
update pipeline.stages set paused = $2 where name = $1

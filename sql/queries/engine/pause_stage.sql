-- engine/pause_stage: stops a stage whose account is refused, with one critical error.
--
-- $1 smallint: stage; $2 text: why, and what to do.
-- Returns: whether this call paused it.
-- Writes: pipeline.stages, marketing.pipeline_errors (through the function)
-- Locks:  the stage's row
select pipeline.pause_stage($1, $2)

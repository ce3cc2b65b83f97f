-- cli/stages_pause: has stages claim nothing any more; their events wait.
--
-- $1 text[]: their names; $2 text: why, NULL: not said, and what the engine said before stays.
-- Returns: name, of each that is there.
-- Writes: pipeline.stages; by its triggers pipeline.ready, pipeline.parked
-- Locks:  the stages' rows
update pipeline.stages as stage
set paused = true,
    paused_reason = coalesce($2::text, stage.paused_reason)
where stage.name = any ($1::text[])
returning stage.name

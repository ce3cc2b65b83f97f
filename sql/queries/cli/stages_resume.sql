-- cli/stages_resume: lets stages claim again.
--
-- $1 text[]: their names.
-- Returns: name, of each that is there.
-- Writes: pipeline.stages; by its triggers pipeline.ready, pipeline.parked
-- Locks:  the stages' rows
update pipeline.stages as stage
set paused = false
where stage.name = any ($1::text[])
returning stage.name

-- cli/schedules_enable: has schedules emit, or not.
--
-- $1 text[]: their names; $2 boolean: whether.
-- Returns: name, of each that is there.
-- Writes: pipeline.schedules
-- Locks:  the schedules' rows
update pipeline.schedules as schedule
set enabled = $2::boolean
where schedule.name = any ($1::text[])
returning schedule.name

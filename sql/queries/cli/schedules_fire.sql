-- cli/schedules_fire: has schedules emit now; the time after that is found out as ever.
--
-- $1 text[]: their names.
-- Returns: name, of each that is there and enabled.
-- Writes: pipeline.schedules
-- Locks:  the schedules' rows
update pipeline.schedules as schedule
set next_at = clock_timestamp()
where schedule.name = any ($1::text[])
and schedule.enabled
and schedule.problem is null
returning schedule.name

-- engine/schedule_problem: says why a schedule is never due.
--
-- $1 text: name; $2 text: its cron expression, as it was read; $3 text: what is wrong.
-- Returns: nothing.
-- Writes: pipeline.schedules
-- Locks:  the schedule's row
update pipeline.schedules as schedule
set problem = $3
where schedule.name = $1
and schedule.cron = $2
and schedule.problem is null

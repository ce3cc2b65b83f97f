-- engine/schedules: the schedules that are due or not reckoned yet, and when the first of the others is.
--
-- Returns: name, cron, time_zone text; next_at timestamptz (NULL: not reckoned yet); missed text; now timestamptz; and with name NULL one row
--          whose next_at is the earliest of those that are not due, where there is one.
-- Reads:  pipeline.schedules
-- Locks:  none
select schedule.name, schedule.cron, schedule.time_zone, schedule.next_at, schedule.missed, clock_timestamp() as now
from pipeline.schedules as schedule
where schedule.enabled
and schedule.problem is null
and (schedule.next_at is null or schedule.next_at <= clock_timestamp())
union all
select null, null, null, min(schedule.next_at), null, clock_timestamp()
from pipeline.schedules as schedule
where schedule.enabled
and schedule.next_at > clock_timestamp()

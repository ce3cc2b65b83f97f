-- cli/schedules: what is emitted by the clock.
--
-- $1 text[]: names, NULL: all.
-- Returns: name, cron, time_zone, event_type, missed, enabled, next_local and next_seconds (NULL: not known, or never), last_seconds (NULL:
--          never), problem (NULL: none), description.
-- Reads:  pipeline.schedules
-- Locks:  none
select
    schedule.name,
    schedule.cron,
    schedule.time_zone,
    schedule.event_type,
    schedule.missed,
    schedule.enabled,
    to_char(schedule.next_at at time zone schedule.time_zone, 'YYYY-MM-DD HH24:MI:SS') as next_local,
    extract(epoch from schedule.next_at - clock_timestamp())::double precision as next_seconds,
    extract(epoch from clock_timestamp() - schedule.last_at)::double precision as last_seconds,
    schedule.problem,
    schedule.description
from pipeline.schedules as schedule
where $1::text[] is null
or schedule.name = any ($1::text[])
order by schedule.next_at nulls last, schedule.name

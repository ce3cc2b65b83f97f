-- marketing.vw_schedules: what is emitted by the clock, and when next.
--
-- Reads:  pipeline.schedules

create or replace view marketing.vw_schedules as
select
    schedule.name,
    schedule.event_type,
    schedule.cron,
    schedule.time_zone,
    schedule.enabled,
    schedule.next_at,
    schedule.next_at at time zone schedule.time_zone as next_local,
    schedule.last_at,
    schedule.problem
from pipeline.schedules as schedule
order by schedule.next_at nulls last, schedule.name;

comment on view marketing.vw_schedules is 'Schedules with their next time, also in their own zone, and what is wrong with one that is never due.';

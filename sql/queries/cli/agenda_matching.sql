-- cli/agenda_matching: when the peers of each day are matched, and before what.
--
-- $1 bigint: the event.
-- Returns: day, lunch_at (text, on the event's wall), basis (lunch, longest_break, any_break, hour_after_start), run_at (text, NULL: no
--          matching is planned), state: waits, begun, cancelled, too_late (lunch was over before it could be planned), off (no rule asks
--          for it), unplanned (the daemon has not come to it yet).
-- Reads:  public.events, public.agenda_timers, marketing.pipeline_events, and what agenda_days and agenda_plan read
-- Locks:  none
select
    to_char(day.day_date, 'Dy DD Mon') as day,
    to_char(day.lunch_at at time zone event.timezone, 'HH24:MI') as lunch_at,
    day.lunch_basis as basis,
    to_char(timer.run_at at time zone event.timezone, 'HH24:MI') as run_at,
    case
        when due.status = 'pending' then 'waits'
        when due.status = 'cancelled' then 'cancelled'
        when due.id is not null then 'begun'
        when plan.day_date is null then 'off'
        when plan.expires_at <= now() then 'too_late'
        else 'unplanned'
    end as state
from public.events as event
cross join lateral public.agenda_days(event.id) as day
left join public.agenda_plan($1::bigint) as plan
    on plan.day_date = day.day_date
    and (plan.rule).name = 'peer_matching'
left join public.agenda_timers as timer
    on timer.event_id = event.id
    and timer.rule_name = 'peer_matching'
    and timer.subject = 'day-' || day.day_date
left join marketing.pipeline_events as due on due.id = timer.pipeline_event_id
where event.id = $1::bigint
order by day.day_date

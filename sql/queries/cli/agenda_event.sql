-- cli/agenda_event: one live event.
--
-- $1 bigint: its id.
-- Returns: name, days (text), timezone, status (draft, scheduled, cancelled), location (NULL: not said), registered, checked_in,
--          texted (who agreed to texts). No row: there is none.
-- Reads:  public.events, public.event_attendees
-- Locks:  none
select
    event.name,
    to_char(event.date, 'FMDD FMMonth YYYY')
        || case when event.end_date > event.date then to_char(event.end_date, ' "to" FMDD FMMonth YYYY') else '' end as days,
    event.timezone,
    case when event.is_active then event.status else 'cancelled' end as status,
    event.location,
    count(attendee.id) as registered,
    count(attendee.id) filter (where attendee.checked_in) as checked_in,
    count(attendee.id) filter (where attendee.sms_opt_in) as texted
from public.events as event
left join public.event_attendees as attendee
    on attendee.event_id = event.id
    and attendee.registration_status = 'registered'
where event.id = $1::bigint
group by event.id

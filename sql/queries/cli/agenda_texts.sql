-- cli/agenda_texts: the texts that the agenda of an event has planned, by type.
--
-- $1 bigint: the event.
-- Returns: message_type, waiting, sent, failed, cancelled (counts), next_at (text, on the event's wall, NULL: none waits).
-- Reads:  public.events, public.event_messages
-- Locks:  none
select
    message.message_type::text as message_type,
    count(*) filter (where message.status in ('scheduled', 'sending')) as waiting,
    count(*) filter (where message.status in ('sent', 'delivered')) as sent,
    count(*) filter (where message.status in ('failed', 'uncertain')) as failed,
    count(*) filter (where message.status = 'cancelled') as cancelled,
    to_char(
        min(message.scheduled_time) filter (where message.status = 'scheduled') at time zone event.timezone, 'Dy DD Mon HH24:MI'
    ) as next_at
from public.events as event
join public.event_messages as message on message.event_id = event.id
where event.id = $1::bigint
and message.planned_by = 'agenda'
group by message.message_type, event.timezone
order by min(message.scheduled_time), message.message_type

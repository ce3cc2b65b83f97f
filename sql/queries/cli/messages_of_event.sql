-- cli/messages_of_event: the texts of an event that are still to come, the next first.
--
-- $1 bigint: the event; $2 bigint: at most so many.
-- Columns: id.
-- Reads:  public.event_messages
-- Locks:  none
select message.id
from public.event_messages as message
where message.event_id = $1::bigint
and message.status = 'scheduled'
order by message.scheduled_time, message.priority, message.id
limit $2::bigint

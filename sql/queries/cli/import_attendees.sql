-- cli/import_attendees: registers people for an event.
--
-- $1 bigint: the event; $2 jsonb: an array of objects, one for each line.
-- Returns: line, from 1; outcome: registered, known or refused; reason (NULL: not refused).
-- Reads:  nothing else
-- Writes: public.contractors, public.event_attendees (by public.import_attendees)
-- Locks:  as public.import_attendees
select registered.line, registered.outcome, registered.reason
from public.import_attendees($1::bigint, $2::jsonb) as registered
order by registered.line

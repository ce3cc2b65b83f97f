-- cli/event_times: when events were written.
--
-- $1 bigint[]: ids.
-- Returns: id; at text, HH:MM:SS.mmm in the session's time zone.
-- Reads:  marketing.pipeline_events (by id)
-- Locks:  none
select event.id, to_char(event.created_at, 'HH24:MI:SS.MS') as at
from marketing.pipeline_events as event
where event.id = any ($1::bigint[])

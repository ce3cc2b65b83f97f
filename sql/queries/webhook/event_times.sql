-- webhook/event_times: when events happened.
--
-- $1 bigint[]: events.
-- Returns: id, created_at as RFC 3339 text in UTC.
-- Reads:  marketing.pipeline_events (by id)
-- Locks:  none
select
    event.id,
    to_char(event.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
from marketing.pipeline_events as event
where event.id = any ($1)

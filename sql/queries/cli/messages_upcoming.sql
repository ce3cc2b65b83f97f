-- cli/messages_upcoming: texts that are to be sent soon, one JSON object each.
--
-- $1 double precision: how far ahead, in hours; $2 bigint: the event, NULL: all; $3 bigint: at most so many.
-- Columns: row.
-- Reads:  by public.get_upcoming_messages public.event_messages
-- Locks:  none
select to_jsonb(upcoming) || jsonb_build_object('at', to_char(upcoming.send_at, 'YYYY-MM-DD HH24:MI:SS TZ')) as row
from public.get_upcoming_messages(make_interval(secs => $1::double precision * 3600), $2::bigint) as upcoming
limit $3::bigint

-- bench/emit: many events of one type at once.
--
-- $1 text: event type; $2 integer: how many.
-- Returns: nothing.
-- Writes: marketing.pipeline_events
-- Locks:  none
insert into marketing.pipeline_events (event_type, payload)
select $1, jsonb_build_object('n', n)
from generate_series(1, $2) as n

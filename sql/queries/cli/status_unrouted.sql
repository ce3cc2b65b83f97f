-- cli/status_unrouted: events that no stage handles.
--
-- Returns: event_type, events, what_to_do.
-- Reads:  marketing.vw_unrouted_events
-- Locks:  none
select unrouted.event_type, unrouted.events, unrouted.what_to_do
from marketing.vw_unrouted_events as unrouted
limit 10

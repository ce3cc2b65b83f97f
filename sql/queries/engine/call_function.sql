-- engine/call_function: runs the function of a stage of kind sql over events that are claimed.
--
-- The stage's function takes the place of stage_function before this is prepared.
--
-- $1 bigint[]: events.
-- Returns: event_id bigint, error text: what the function returned of events that must be tried again.
-- Writes: whatever the stage's function writes
-- Locks:  whatever the stage's function locks
select returned.event_id::bigint, returned.error::text
from stage_function($1) as returned
where returned.event_id is not null
and returned.error is not null

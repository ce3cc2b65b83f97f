-- engine/call_function: runs the function of a stage of kind sql over events that are claimed.
--
-- The stage's function takes the place of stage_function before this is prepared.
--
-- $1 bigint[]: events.
-- Returns: event_id bigint, error text: what the function returned.
-- Writes: whatever the stage's function writes
-- Locks:  whatever the stage's function locks
select returned.event_id, returned.error
from stage_function($1) as returned

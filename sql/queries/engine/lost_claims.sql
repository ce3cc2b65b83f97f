-- engine/lost_claims: of claims whose calls were not begun, those that no longer stand.
--
-- $1 bigint[]: events; $2 bigint[]: their epochs.
-- Returns: event_id and epoch of the claims that are gone.
-- Writes: pipeline.let_go, pipeline.limit_usage, pipeline.waiting_keys, pipeline.limit_wakes (through the function)
-- Locks:  the rows of pipeline.let_go, then their buckets
select event_id, epoch
from pipeline.lost_claims($1, $2)

-- engine/release_claims: gives up claims as the first step of a completion.
--
-- $1 bigint[]: events; $2 bigint[]: their epochs; $3 boolean[]: whether their calls were begun.
-- Returns: event_id and epoch of the claims that still stood.
-- Writes: pipeline.inflight; of calls that were not begun pipeline.limit_usage, pipeline.waiting_keys and pipeline.limit_wakes (through the
--         function)
-- Locks:  the claims, in the order in which they are named, then their buckets
select event_id, epoch
from pipeline.release_claims($1, $2, $3)

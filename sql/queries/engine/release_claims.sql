-- engine/release_claims: gives up claims as the first step of a completion.
--
-- $1 bigint[]: events; $2 bigint[]: their epochs.
-- Returns: event_id and epoch of the claims that still stood.
-- Writes: pipeline.inflight (through the function)
-- Locks:  the claims, in the order in which they are named
select event_id, epoch
from pipeline.release_claims($1, $2)

-- engine/release_claims: gives up claims as the first step of a completion.
--
-- $1 bigint[]: events; $2 bigint[]: their epochs.
-- Returns: the events that were still held under their epoch.
-- Writes: pipeline.inflight (through the function)
-- Locks:  the claims, in the order of their event ids
select event_id
from pipeline.release_claims($1, $2) as event_id

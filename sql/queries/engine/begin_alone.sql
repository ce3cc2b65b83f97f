-- engine/begin_alone: begins the work on an event that runs alone in the database.
--
-- $1 bigint: event; $2 bigint: epoch of its claim.
-- Returns: event_type, payload, attempt, crashes, waited_seconds; no row when the claim does not stand any more.
-- Writes: pipeline.inflight, marketing.pipeline_events (through the function)
-- Locks:  the claim, then the event
select event_type, payload, attempt, crashes, waited_seconds
from pipeline.begin_alone($1, $2)

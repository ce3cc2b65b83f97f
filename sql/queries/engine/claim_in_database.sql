-- engine/claim_in_database: takes a batch for a stage that works in this transaction.
--
-- $1 smallint: stage.
-- Returns: event_id, event_type, payload, attempt.
-- Writes: pipeline.ready, marketing.pipeline_events (through the function)
-- Locks:  rows of pipeline.ready that nobody else holds, then their events
select event_id, event_type, payload, attempt
from pipeline.claim_in_database($1)

-- engine/claim_in_database: takes a batch for a stage that works in this transaction, and has that work planned afresh.
--
-- $1 smallint: stage; $2 bigint[]: for each priority the id up to which nothing new can come; $3 integer: worker; $4 boolean: set aside
-- events that others hold.
-- Returns: event_id, event_type, payload, attempt; waited_seconds; epoch where it must run alone; with the first reached_ids, oldest_xid, next_xid.
-- Writes: pipeline.ready, marketing.pipeline_events (through the function)
-- Locks:  rows of pipeline.ready that nobody else holds, then their events
select event_id, event_type, payload, attempt, reached_ids, oldest_xid, next_xid, waited_seconds, epoch
from pipeline.claim_in_database($1, pipeline.plan_afresh($2), $3, $4)

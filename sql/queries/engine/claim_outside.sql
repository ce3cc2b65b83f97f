-- engine/claim_outside: takes a batch for calls to an outside service.
--
-- $1 smallint: stage; $2 integer: worker; $3 integer: how many events the daemon can hold now; $4 boolean: it holds
-- events of the stage already; $5 bigint[]: for each priority the id up to which nothing new can come; $6 boolean:
-- set aside events that others hold.
-- Returns: event_id, event_type, payload, attempt, crashes, epoch; waited_seconds; with the first reached_ids, oldest_xid, next_xid.
-- Writes: pipeline.ready, pipeline.inflight, marketing.pipeline_events (through the function)
-- Locks:  rows of pipeline.ready that nobody else holds, then their events
select event_id, event_type, payload, attempt, crashes, epoch, reached_ids, oldest_xid, next_xid, waited_seconds
from pipeline.claim_outside($1, $2, $3, $4, $5, $6)

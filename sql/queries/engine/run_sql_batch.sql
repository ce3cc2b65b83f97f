-- engine/run_sql_batch: claims a batch for a stage of kind sql and runs its function over it.
--
-- $1 smallint: stage; $2 bigint[]: for each priority the id up to which nothing new can come; $3 integer: worker.
-- Returns: claimed integer; failed_ids bigint[], attempts smallint[], errors text[] (NULL: none failed); reached_ids, oldest_xid, next_xid,
--          waited_seconds, claim_seconds; held_id, epoch: of an event that must run alone.
-- Writes: pipeline.ready, marketing.pipeline_events; whatever the function writes
-- Locks:  see pipeline.run_sql_batch
select
    batch.claimed, batch.failed_ids, batch.attempts, batch.errors, batch.reached_ids, batch.oldest_xid, batch.next_xid, batch.waited_seconds,
    batch.claim_seconds, batch.held_id, batch.epoch
from pipeline.run_sql_batch($1, $2, $3) as batch

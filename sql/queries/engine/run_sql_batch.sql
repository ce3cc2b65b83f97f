-- engine/run_sql_batch: claims a batch for a stage of kind sql and runs its function over it.
--
-- $1 smallint: stage.
-- Returns: claimed integer; failed_ids bigint[], attempts smallint[], errors text[] (NULL: none failed).
-- Writes: pipeline.ready, marketing.pipeline_events; whatever the function writes
-- Locks:  see pipeline.run_sql_batch
select batch.claimed, batch.failed_ids, batch.attempts, batch.errors
from pipeline.run_sql_batch($1) as batch

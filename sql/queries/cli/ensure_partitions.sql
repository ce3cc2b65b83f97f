-- cli/ensure_partitions: the ledger's next partitions.
--
-- Returns: made integer, how many were created; 0 also when another session is creating them.
-- Writes: partitions of marketing.pipeline_events (through the function)
-- Locks:  an advisory lock of the engine
select pipeline.ensure_partitions() as made

-- cli/ensure_partitions: makes the next partitions of the ledger.
--
-- Returns: how many were made.
-- Writes: partitions of marketing.pipeline_events (through the function)
-- Locks:  the overflow partition, for a moment
select pipeline.ensure_partitions()

-- engine/return_permits: gives back what a claim took of its stage's limit for events that do not begin after all.
--
-- $1 smallint: stage; $2 bigint[]: events that were claimed, and whose calls are not made.
-- Returns: nothing of use.
-- Writes: pipeline.limit_usage, pipeline.waiting_keys (through the function)
-- Locks:  their buckets, in the order of their keys
select pipeline.return_permits($1, $2)

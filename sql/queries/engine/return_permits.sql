-- engine/return_permits: gives back what a claim took of its stage's limit for events that do not begin after all.
--
-- $1 smallint: stage; $2 bigint[]: events that were claimed in this transaction.
-- Returns: nothing of use.
-- Writes: pipeline.limit_usage, pipeline.waiting_keys (through the function)
-- Locks:  buckets that the claim has locked
select pipeline.return_permits($1, $2)

-- cli/resolve_error: settles an entry of the error log.
--
-- $1 bigint: the entry; $2 text: who, or NULL for the database user; $3 text: how, or NULL.
-- Returns: whether it was open.
-- Writes: marketing.pipeline_errors (through the function)
-- Locks:  the entry
select marketing.resolve_pipeline_error($1, $2, $3)

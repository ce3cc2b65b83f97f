-- cli/resolve_error: settles an entry of the error log.
--
-- $1 bigint: the entry; $2 text: who, NULL: the database user; $3 text: how, or NULL.
-- Returns: was_open boolean. An unknown id raises PC001.
-- Writes: marketing.pipeline_errors (through the function)
-- Locks:  the entry
select marketing.resolve_pipeline_error($1::bigint, $2::text, $3::text) as was_open

-- cli/test_error: an entry in the error log; the transaction is rolled back.
--
-- Returns: id bigint, of the entry.
-- Writes: marketing.pipeline_errors (through the function; no event matches)
-- Locks:  none beyond the inserted row
select marketing.log_pipeline_error(
    'pgcascade_deploy_test', 'DEPLOY-TEST', 'A test of the error log, which is rolled back.', '{}'::jsonb, 'warning'
) as id

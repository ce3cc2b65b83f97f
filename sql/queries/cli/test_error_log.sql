-- cli/test_error_log: an entry of the error log that is rolled back again.
--
-- Returns: id of the entry, and whether the view of open errors shows it.
-- Writes: marketing.pipeline_errors (through the function)
-- Locks:  none
select marketing.log_pipeline_error('deploy_test', 'deploy', 'A test that is rolled back.', null, 'warning') as id

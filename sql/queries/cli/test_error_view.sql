-- cli/test_error_view: whether the view of open errors shows the test's entry, and whether it can be settled.
--
-- $1 bigint: the entry.
-- Returns: shown, settled.
-- Reads:  marketing.vw_unresolved_errors
-- Writes: marketing.pipeline_errors (through the function)
-- Locks:  the entry
select
    exists (select from marketing.vw_unresolved_errors as error where error.event_type = 'deploy_test') as shown,
    marketing.resolve_pipeline_error($1, 'deploy', 'A test.') as settled

-- cli/test_error_shown: whether the test's entry is shown and can be settled.
--
-- $1 bigint: the entry.
-- Returns: shown boolean; settled boolean.
-- Reads:  marketing.vw_unresolved_errors
-- Writes: marketing.pipeline_errors (through the function)
-- Locks:  the entry
select
    exists (
        select from marketing.vw_unresolved_errors as open
        where open.event_type = 'pgcascade_deploy_test'
    ) as shown,
    marketing.resolve_pipeline_error($1::bigint, 'pgcascade deploy', 'a test') as settled

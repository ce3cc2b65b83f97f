-- cli/open_errors: the newest entries of the error log.
--
-- $1 boolean: settled ones, too; $2 bigint: most.
-- Returns: text columns for a table.
-- Reads:  marketing.pipeline_errors
-- Locks:  none
select
    error.id::text,
    to_char(error.created_at, 'MM-DD HH24:MI:SS') as "when",
    error.severity,
    coalesce(error.error_details ->> 'stage', error.event_type) as stage,
    error.record_id,
    coalesce(error.event_id::text, '') as event,
    error.error_message,
    case when error.resolved then 'by ' || coalesce(error.resolved_by, 'somebody') else '' end as settled
from marketing.pipeline_errors as error
where $1 or not error.resolved
order by case when error.resolved then 1 else 0 end, case error.severity when 'critical' then 1 when 'error' then 2 else 3 end, error.id desc
limit $2

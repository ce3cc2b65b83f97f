-- cli/status_errors: how many errors are open.
--
-- Returns: severity, errors; critical first.
-- Reads:  marketing.vw_unresolved_errors
-- Locks:  none
select open.severity, sum(open.error_count)::bigint as errors
from marketing.vw_unresolved_errors as open
group by open.severity
order by array_position(array['critical', 'error', 'warning'], open.severity)

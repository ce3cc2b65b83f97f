-- cli/company_states: how many companies stand where.
--
-- Returns: text columns for a table.
-- Reads:  marketing.vw_company_progress
-- Locks:  none
select progress.state, count(*)::text as companies
from marketing.vw_company_progress as progress
group by progress.state
order by count(*) desc

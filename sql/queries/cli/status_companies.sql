-- cli/status_companies: how many intake rows stand where.
--
-- Returns: state, companies; in the order of a company's life.
-- Reads:  marketing.vw_company_progress
-- Locks:  none
select progress.state, count(*) as companies
from marketing.vw_company_progress as progress
group by progress.state
order by array_position(
    array['waiting', 'in_progress', 'ready', 'no_contact', 'refused', 'failed', 'withdrawn'], progress.state
)

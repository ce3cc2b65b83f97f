-- cli/demo_batch: what became of a batch.
--
-- $1 text: the batch.
-- Returns: the counts of marketing.vw_batch_report; no row: nothing was ever imported under this name.
-- Reads:  marketing.vw_batch_report
-- Locks:  none
select
    report.companies_in, report.ready, report.refused, report.no_contact, report.failed, report.under_way, report.withdrawn,
    report.companies_promoted, report.slots, report.people_found, report.addresses_valid, report.addresses_risky,
    report.addresses_invalid, report.addresses_unknown, report.contacts_ready
from marketing.vw_batch_report as report
where report.batch_id = $1::text

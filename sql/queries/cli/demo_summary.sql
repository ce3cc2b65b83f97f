-- cli/demo_summary: what became of a batch.
--
-- $1 text: the batch.
-- Returns: companies_in, ready, no_contact, refused, failed, under_way, contacts_ready, slots, people_found, addresses_valid, seconds.
-- Reads:  marketing.vw_batch_report
-- Locks:  none
select
    report.companies_in, report.ready, report.no_contact, report.refused, report.failed, report.under_way, report.companies_promoted,
    report.contacts_ready, report.slots, report.people_found, report.addresses_valid,
    coalesce(extract(epoch from report.time_to_last_ready), 0)::double precision as seconds
from marketing.vw_batch_report as report
where report.batch_id = $1

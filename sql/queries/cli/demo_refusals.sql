-- cli/demo_refusals: why rows of a batch were refused, with one of them as an example.
--
-- $1 text: the batch.
-- Returns: text columns for a table.
-- Reads:  intake.company_raw_intake
-- Locks:  none
select
    array_to_string(company.validation_codes, ', ') as rule,
    count(*)::text as rows,
    (array_agg(coalesce(nullif(company.company, ''), '(no name)') order by company.id))[1] as example,
    (array_agg(company.validation_notes order by company.id))[1] as what_to_change
from intake.company_raw_intake as company
where company.import_batch_id = $1
and not company.validated
group by company.validation_codes
order by count(*) desc, 1

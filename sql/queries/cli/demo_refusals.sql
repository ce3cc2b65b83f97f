-- cli/demo_refusals: why companies of a batch were refused, with one of them for each rule.
--
-- $1 text: the batch.
-- Returns: rule; companies bigint; example text, a company's name; reason text, what was said of it. Most frequent first.
-- Reads:  intake.company_raw_intake
-- Locks:  none
select
    rule,
    count(*) as companies,
    (array_agg(left(coalesce(company.company, '(no name)'), 40) order by company.id))[1] as example,
    (array_agg(left(company.validation_notes, 300) order by company.id))[1] as reason
from intake.company_raw_intake as company
cross join unnest(company.validation_codes) as rule
where company.import_batch_id = $1::text
and not company.validated
group by rule
order by count(*) desc, rule

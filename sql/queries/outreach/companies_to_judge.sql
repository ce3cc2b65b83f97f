-- outreach/companies_to_judge: the intake rows that a batch of events speaks of, held until the verdicts are written.
--
-- $1 bigint[]: intake ids.
-- Returns: id, company, company_name_for_emails, website; to_judge: false when somebody has judged the row already;
--          accepted_by_hand: a person accepted it, only its domain is missing.
-- Reads:  intake.company_raw_intake
-- Locks:  the rows, in the order of their ids
select
    company.id,
    company.company,
    company.company_name_for_emails,
    company.website,
    company.validated is null or company.validated and company.domain is null as to_judge,
    coalesce(company.validated, false) as accepted_by_hand
from intake.company_raw_intake as company
where company.id = any ($1)
order by company.id
for update of company

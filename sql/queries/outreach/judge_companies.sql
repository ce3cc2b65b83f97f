-- outreach/judge_companies: writes the verdicts of a batch.
--
-- A verdict that a person gave keeps its author; it only receives the domain.
--
-- $1 bigint[]: intake ids; $2 boolean[]: accepted; $3 text[]: website in one form or NULL; $4 text[]: domain or NULL; $5 text[]: what
-- to change, or NULL; $6 text[]: codes of the rules that refused it, joined by commas, or NULL; $7 bigint[]: events.
-- Writes: intake.company_raw_intake
-- Locks:  the rows (held by companies_to_judge)
update intake.company_raw_intake as company
set validated = judged.accepted,
    validated_at = case when company.validated and judged.accepted then company.validated_at else now() end,
    validated_by = case when company.validated and judged.accepted then company.validated_by else 'pgcascade' end,
    validation_notes = judged.notes,
    validation_codes = string_to_array(judged.codes, ','),
    website_url = judged.website_url,
    domain = judged.domain,
    caused_by = judged.event_id
from unnest($1::bigint[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    as judged (id, accepted, website_url, domain, notes, codes, event_id)
where company.id = judged.id

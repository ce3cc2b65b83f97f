-- cli/insert_import: the imported lines become intake rows, unless they were imported before.
--
-- $1 text: the batch.
-- Returns: nothing; the number of rows is how many are new.
-- Reads:  import_lines
-- Writes: intake.company_raw_intake
-- Locks:  the fingerprints
insert into intake.company_raw_intake (
    company, company_name_for_emails, website, company_linkedin_url, facebook_url, twitter_url, industry, sic_codes, num_employees,
    founded_year, company_phone, company_email, company_street, company_address, company_city, company_state, state_abbrev,
    company_postal_code, company_country, annual_revenue, keywords, data_source, import_batch_id, import_fingerprint
)
select
    line.company, line.company_name_for_emails, line.website, line.company_linkedin_url, line.facebook_url, line.twitter_url, line.industry,
    line.sic_codes, line.num_employees, line.founded_year, line.company_phone, line.company_email, line.company_street,
    line.company_address, line.company_city, line.company_state, line.state_abbrev, line.company_postal_code, line.company_country,
    line.annual_revenue, line.keywords, line.data_source, coalesce(line.import_batch_id, $1), line.import_fingerprint
from import_lines as line
on conflict (import_fingerprint) do nothing

-- cli/import_table: where a file is copied to first; gone at the end of the transaction.
--
-- Columns are those that a file can fill, with the intake table's types, then the line and its fingerprint.
-- Reads:  intake.company_raw_intake (its shape only)
-- Writes: pg_temp.pgcascade_import
-- Locks:  none
create temporary table pgcascade_import on commit drop as
select
    company, company_name_for_emails, website, company_linkedin_url, facebook_url, twitter_url, industry, sic_codes,
    num_employees, founded_year, company_phone, company_street, company_address, company_city, company_state,
    company_postal_code, company_country, state_abbrev, import_batch_id, keywords, annual_revenue, company_email, data_source,
    null::bigint as line,
    import_fingerprint
from intake.company_raw_intake
with no data

-- cli/import_copy: the rows of a file, in the text form of COPY.
--
-- Writes: pg_temp.pgcascade_import
-- Locks:  none
copy pg_temp.pgcascade_import (
    company, company_name_for_emails, website, company_linkedin_url, facebook_url, twitter_url, industry, sic_codes,
    num_employees, founded_year, company_phone, company_street, company_address, company_city, company_state,
    company_postal_code, company_country, state_abbrev, import_batch_id, keywords, annual_revenue, company_email, data_source,
    line, import_fingerprint
) from stdin

-- cli/copy_import: receives the lines of an import; the columns stand in the order in which the import writes them.
--
-- Returns: nothing; takes COPY text.
-- Writes: import_lines
-- Locks:  none
copy import_lines (
    company, company_name_for_emails, website, company_linkedin_url, facebook_url, twitter_url, industry, sic_codes, num_employees,
    founded_year, company_phone, company_street, company_address, company_city, company_state, company_postal_code,
    company_country, state_abbrev, import_batch_id, keywords, annual_revenue, company_email, data_source, import_fingerprint
)
from stdin

-- cli/import_rows: the copied rows into the intake table; one that is there already stays as it is.
--
-- $1 text: batch id; $2 boolean: it counts for every row, not only for those that bring none.
-- Returns: rows bigint, how many are new.
-- Reads:  pg_temp.pgcascade_import
-- Writes: intake.company_raw_intake; by its triggers marketing.pipeline_events and the hot tables
-- Locks:  the inserted rows
with
inserted as (
    insert into intake.company_raw_intake as company (
        company, company_name_for_emails, website, company_linkedin_url, facebook_url, twitter_url, industry, sic_codes,
        num_employees, founded_year, company_phone, company_street, company_address, company_city, company_state,
        company_postal_code, company_country, state_abbrev, keywords, annual_revenue, company_email, data_source,
        import_fingerprint, import_batch_id
    )
    select
        line.company, line.company_name_for_emails, line.website, line.company_linkedin_url, line.facebook_url,
        line.twitter_url, line.industry, line.sic_codes, line.num_employees, line.founded_year, line.company_phone,
        line.company_street, line.company_address, line.company_city, line.company_state, line.company_postal_code,
        line.company_country, line.state_abbrev, line.keywords, line.annual_revenue, line.company_email, line.data_source,
        line.import_fingerprint,
        case when $2::boolean then $1::text else coalesce(line.import_batch_id, $1::text) end
    from pg_temp.pgcascade_import as line
    order by line.line
    on conflict (import_fingerprint) do nothing
    returning company.id
)
select count(*) as rows
from inserted

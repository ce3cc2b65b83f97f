-- cli/adopt_websites: the companies to be adopted and their websites.
--
-- Returns: company_unique_id text, website_url text (may be NULL).
-- Reads:  originals.company_master
-- Locks:  none
select
    original.company ->> 'company_unique_id' as company_unique_id,
    original.company ->> 'website_url' as website_url
from (select to_jsonb(company) as company from originals.company_master as company) as original
where original.company ->> 'company_unique_id' is not null

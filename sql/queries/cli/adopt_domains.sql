-- cli/adopt_domains: keeps, for this transaction, which registrable domain each company to be adopted has.
--
-- $1 text[]: ids of companies; $2 text[]: domains, NULL: the website has none; $3 text[]: why it has none, NULL where it has.
-- Returns: nothing.
-- Writes: a temporary table
-- Locks:  none
create temporary table adopted_domains on commit drop as
select given.company_unique_id, given.domain, given.problem
from unnest($1::text[], $2::text[], $3::text[]) as given (company_unique_id, domain, problem)

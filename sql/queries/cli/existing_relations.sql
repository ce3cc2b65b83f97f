-- cli/existing_relations: which of these relations exist.
--
-- $1 text[]: names with their schemas.
-- Returns: name text, in alphabetical order.
-- Reads:  pg_catalog.pg_class (through to_regclass)
-- Locks:  none
select name
from unnest($1::text[]) as name
where to_regclass(name) is not null
order by name

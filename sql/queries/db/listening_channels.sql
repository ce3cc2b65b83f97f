-- db/listening_channels: which channels this very session listens on
--
-- Parameters: none
-- Columns:    channels  text[]  empty behind a pooler that has swapped the session
-- Reads:      no table
-- Locks:      none
select coalesce(pg_catalog.array_agg(channel), array[]::text[]) as channels
from (
    select pg_catalog.pg_listening_channels() as channel
) as listening;

-- cli/watch_received_texts: from now on these providers' lists of received texts are read.
--
-- $1 text[]: providers.
-- Columns: nothing of use.
-- Writes: by public.watch_received_texts what it writes
-- Locks:  the new rows
select public.watch_received_texts(watched.provider)
from unnest($1::text[]) as watched (provider)
order by watched.provider

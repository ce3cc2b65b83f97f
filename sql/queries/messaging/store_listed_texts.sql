-- messaging/store_listed_texts: stores what a provider's list has and the doors do not.
--
-- $1 text: the provider; $2 jsonb: the texts; $3 timestamptz: when the reading began; $4 jsonb: payload of what is left, NULL: nothing is.
-- Columns: missed: how many were not there.
-- Writes: by public.store_listed_texts what it writes
-- Locks:  the new rows, the reading
select public.store_listed_texts($1::text, $2::jsonb, $3::timestamptz, $4::jsonb) as missed

-- messaging/note_writers: hands texts on to be read, with the numbers that were found.
--
-- $1 bigint[]: received texts; $2 text[]: numbers, in the same order, NULL: not found.
-- Columns: nothing of use.
-- Writes: by public.note_writer what it writes
-- Locks:  the texts
select public.note_writer(given.inbound_id, given.phone)
from unnest($1::bigint[], $2::text[]) as given (inbound_id, phone)
order by given.inbound_id

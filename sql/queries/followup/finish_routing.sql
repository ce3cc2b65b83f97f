-- followup/finish_routing: writes what became of an answer.
--
-- $1 bigint: the decision; $2 text: what it set off, NULL: nothing; $3 text: why it could not be acted on, NULL: it was.
-- Columns: nothing of use.
-- Writes: by public.finish_routing what it writes
-- Locks:  as public.finish_routing
select public.finish_routing($1::bigint, $2::text, $3::text)

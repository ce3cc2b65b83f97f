-- cli/message_resolve: settles an uncertain text.
--
-- $1 bigint: the text; $2 text: sent or not-sent; $3 text: the provider's id, NULL: not known.
-- Columns: status: what the text is now.
-- Writes: public.event_messages, and what its function writes
-- Locks:  the text
select public.resolve_message($1::bigint, $2::text, $3::text) as status

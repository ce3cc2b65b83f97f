-- cli/message_cancel: cancels a text.
--
-- $1 bigint: the text; $2 text: why, NULL: not said.
-- Columns: status: what the text is now.
-- Writes: public.event_messages, and what its function writes
-- Locks:  the text
select public.cancel_event_message($1::bigint, $2::text) as status

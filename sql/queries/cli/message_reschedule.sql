-- cli/message_reschedule: moves a text.
--
-- $1 bigint: the text; $2 text: the new time.
-- Columns: status: what the text is now.
-- Writes: public.event_messages, and what its function writes
-- Locks:  the text
select public.reschedule_event_message($1::bigint, $2::text::timestamptz) as status

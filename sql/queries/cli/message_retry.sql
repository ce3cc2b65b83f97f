-- cli/message_retry: sends a failed or cancelled text now.
--
-- $1 bigint: the text.
-- Columns: status: what the text is now.
-- Writes: public.event_messages, and what its function writes
-- Locks:  the text
select public.retry_message($1::bigint) as status

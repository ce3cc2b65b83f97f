-- followup/begin_chat_requests: writes down that a chat model is about to be asked about follow-ups.
--
-- $1 bigint[]: follow-ups; $2 text: who is asked.
-- Writes: by public.begin_chat_requests public.chat_requests
-- Locks:  the rows, in the order of their ids
select public.begin_chat_requests('followup', $1::bigint[], $2::text)

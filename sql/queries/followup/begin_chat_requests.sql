-- followup/begin_chat_requests: writes down that a chat model is about to be asked about follow-ups or notes.
--
-- $1 text: followup or note; $2 bigint[]: their numbers; $3 text: who is asked.
-- Writes: by public.begin_chat_requests public.chat_requests
-- Locks:  the rows, in the order of their ids
select public.begin_chat_requests($1::text, $2::bigint[], $3::text)

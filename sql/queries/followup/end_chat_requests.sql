-- followup/end_chat_requests: what came of asking a chat model about follow-ups, and what it cost.
--
-- $1 jsonb: results, as public.end_chat_requests takes them.
-- Writes: by public.end_chat_requests public.chat_requests
-- Locks:  the rows
select public.end_chat_requests('followup', $1::jsonb)

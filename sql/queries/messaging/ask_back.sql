-- messaging/ask_back: asks which of several questions an answer was meant for.
--
-- $1 bigint[]: received texts; $2 jsonb[]: what each may mean: choices, in words, and message_ids, in the same order.
-- Columns: nothing of use.
-- Writes: public.event_messages (by public.reply_to_text)
-- Locks:  the new rows
select public.reply_to_text(given.inbound_id, 'clarification', '', given.data)
from unnest($1::bigint[], $2::jsonb[]) as given (inbound_id, data)

-- messaging/begin_text_call: the last look before a text leaves.
--
-- $1 bigint: the attempt.
-- Columns: verdict (go, wait, stop), wait_ms, reason.
-- Writes: by public.begin_text_call public.message_attempts
-- Locks:  the text, then its attempt
select begun.verdict, begun.wait_ms, begun.reason
from public.begin_text_call($1::bigint) as begun

-- messaging/begin_text_call: the last look before a text leaves.
--
-- $1 bigint: the attempt.
-- Columns: verdict (go, wait, stop), wait_ms, reason, now.
-- Writes: by public.begin_text_call public.message_attempts
-- Locks:  the text, then its attempt
select begun.verdict, begun.wait_ms, begun.reason, clock_timestamp() as now
from public.begin_text_call($1::bigint) as begun

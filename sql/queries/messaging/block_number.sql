-- messaging/block_number: what a provider said about a number beyond one text.
--
-- $1 text: the number, E.164; $2 boolean: true: its owner opted out there; false: it can never be reached; $3 text: what was said.
-- Writes: by public.block_number public.sms_subscriptions
-- Locks:  the number's row
select public.block_number($1::text, $2::boolean, $3::text)

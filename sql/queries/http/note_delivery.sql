-- http/note_delivery: how far a text of ours has come.
--
-- $1 text: the provider's id of the text; $2 text: our reference; $3 text: status; $4 text: the carrier's code; $5 text: reason;
-- $6 text: what is wrong with the number; NULL where it is not known; $7 boolean: whether the sender is at fault.
-- Returns: message_id bigint: the text, NULL: none of ours.
-- Writes: by public.note_delivery what it writes
-- Locks:  as public.note_delivery
select public.note_delivery($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean) as message_id

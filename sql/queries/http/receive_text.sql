-- http/receive_text: stores a received text, once.
--
-- $1 text: provider; $2 text: the words; $3 text: sender; $4 text: the provider's id of the text; $5 text: of its notification;
-- $6 text: of the person; $7 text: account; $8 text: our number; $9 integer: attachments; $10 timestamptz: when the provider received it;
-- $11 boolean: the provider has answered it. NULL where it is not known.
-- Returns: is_new boolean: it was not there.
-- Writes: by public.receive_text what it writes
-- Locks:  the new row
select received.is_new
from public.receive_text(
    $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::integer, $10::timestamptz, $11::boolean
) as received

-- messaging/unknown_writers: received texts of which only the provider's id of the writer is known.
--
-- $1 bigint[]: received texts.
-- Columns: id; provider; contact_id.
-- Reads:  public.inbound_messages
-- Locks:  none
select message.id, message.provider, message.provider_contact_id as contact_id
from public.inbound_messages as message
where message.id = any ($1::bigint[])
and message.status = 'received'
and message.phone_number is null
and message.provider_contact_id is not null
order by message.id

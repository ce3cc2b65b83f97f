-- messaging/settle_texts: writes what evidence says about uncertain texts.
--
-- $1 bigint[]: texts; $2 text[]: sent or not_sent; $3 text[]: the provider's ids of the texts, NULL: not known.
-- Columns: the texts' new statuses. What a person settled meanwhile is left out.
-- Writes: by public.resolve_message public.event_messages, public.message_attempts, marketing.pipeline_errors
-- Locks:  the texts in the order of their ids, then their attempts
select public.resolve_message(message.id, given.outcome, given.provider_message_id, 'evidence')
from (
    select message.id
    from public.event_messages as message
    where message.id = any ($1::bigint[])
    and message.status = 'uncertain'
    order by message.id
    for update
) as message
join unnest($1::bigint[], $2::text[], $3::text[]) as given (message_id, outcome, provider_message_id) on given.message_id = message.id

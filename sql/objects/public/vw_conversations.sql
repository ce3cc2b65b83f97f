-- public.vw_conversations: every text with a number, in and out, as a person reads a conversation.

create or replace view public.vw_conversations as
select
    message.phone_number as phone,
    message.contractor_id,
    coalesce(message.received_at, message.stored_at) as at,
    'in' as direction,
    message.body,
    coalesce(message.wish, message.status) as what_became_of_it,
    message.id as inbound_message_id,
    null::bigint as message_id
from public.inbound_messages as message
union all
select
    message.phone,
    message.contractor_id,
    message.actual_send_time,
    'out',
    message.message_content,
    message.status,
    message.inbound_message_id,
    message.id
from public.event_messages as message
where message.direction = 'outbound'
and message.actual_send_time is not null
order by 1, 3;

comment on view public.vw_conversations is
    'Every text with a number, in and out: SELECT * FROM vw_conversations WHERE contractor_id = 56 ORDER BY at. Answer by INSERT INTO event_messages.';

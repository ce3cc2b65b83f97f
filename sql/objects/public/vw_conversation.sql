-- vw_conversation: all texts with a person, in and out, in the order in which they were written or sent.
create or replace view public.vw_conversation as
select
    message.contractor_id,
    coalesce(message.actual_send_time, case when message.direction = 'inbound' then message.created_at end, message.scheduled_time) as at,
    case message.direction when 'inbound' then 'from' else 'to' end as direction,
    message.message_content as text,
    message.status,
    message.message_type,
    message.event_id,
    message.id as message_id,
    message.reply_to_id,
    message.response_received,
    message.skip_reason,
    message.error_message,
    message.phone
from public.event_messages as message
where message.channel = 'sms'
union all
select
    message.contractor_id,
    coalesce(message.received_at, message.stored_at),
    'from',
    message.body,
    message.status,
    coalesce(message.wish, 'received'),
    message.event_id,
    null,
    message.answers_message_id,
    null,
    null,
    message.handling_note,
    message.phone_number
from public.inbound_messages as message
order by contractor_id, at, message_id;

comment on view public.vw_conversation is
    'All texts with a person: SELECT * FROM vw_conversation WHERE contractor_id = 56. Answer by INSERT INTO event_messages (contractor_id, event_id, message_type, message_content) VALUES (56, 41, ''reply'', ''…'').';

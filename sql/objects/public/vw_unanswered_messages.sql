-- public.vw_unanswered_messages: received texts that a person must read, the oldest first.

create or replace view public.vw_unanswered_messages as
select
    message.id,
    coalesce(message.received_at, message.stored_at) as received_at,
    message.phone_number,
    contractor.name,
    event.name as event_name,
    message.body,
    message.wish,
    message.handling_note as why,
    case
        when message.wish = 'maybe_stop'
            then format('SELECT settle_inbound_message(%s, ''stop_all''); or (%s, ''none'');', message.id, message.id)
        else format('SELECT reply_to_text(%s, ''reply'', ''…''), settle_inbound_message(%s);', message.id, message.id)
    end as what_to_do
from public.inbound_messages as message
left join public.contractors as contractor on contractor.id = message.contractor_id
left join public.events as event on event.id = message.event_id
where message.status = 'for_a_person'
order by message.stored_at;

comment on view public.vw_unanswered_messages is 'Received texts that a person must read, the oldest first, with what to do about each.';

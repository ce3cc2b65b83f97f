-- messaging/texts_to_ask_about: received texts that a chat model is to be asked about, with what it is told first.
--
-- Left out is what a person or a later word of its writer has settled since, and all beyond so many texts of one number in a day: nobody can
-- make the asking expensive.
--
-- $1 bigint[]: received texts; $2 bigint: so many of one number in 24 hours.
-- Columns: id; body; phone_number, NULL: not known; contractor_ids: the people with that number; at: when it was sent to us; is_answer: rules
--          took it for an answer already, so that only a refusal is looked for; prompt; is_note: its names are wanted, too, and the prompt
--          says so.
-- Reads:  public.inbound_messages, public.contractors, public.event_attendees, public.sms_routing_decisions, public.chat_prompts,
--         public.chat_requests
-- Locks:  none
select
    message.id,
    message.body,
    message.phone_number,
    array(
        select contractor.id from public.contractors as contractor where contractor.phone = message.phone_number
        union
        select attendee.contractor_id from public.event_attendees as attendee where attendee.real_phone = message.phone_number
        union
        select message.contractor_id where message.contractor_id is not null
    ) as contractor_ids,
    coalesce(message.received_at, message.stored_at) as at,
    message.answers_message_id is not null as is_answer,
    concat_ws(E'\n\n', prompt.body, naming.body) as prompt,
    naming.body is not null as is_note
from public.inbound_messages as message
join public.chat_prompts as prompt on prompt.purpose = 'reply'
left join public.chat_prompts as naming
    on naming.purpose = 'note'
    and exists (
        select
        from public.sms_routing_decisions as decision
        where decision.inbound_message_id = message.id
        and decision.route_to = 'note'
    )
where message.id = any ($1::bigint[])
and message.status in ('routed', 'for_a_person')
and (
    select count(*)
    from public.inbound_messages as other
    left join public.chat_requests as request on request.purpose = 'reply' and request.record_id = other.id
    where other.phone_number = message.phone_number
    and other.stored_at > clock_timestamp() - interval '24 hours'
    and other.id <> message.id
    -- Those that are to be asked about at once count, too.
    and (request.record_id is not null or other.id = any ($1::bigint[]) and other.id < message.id)
) < $2::bigint

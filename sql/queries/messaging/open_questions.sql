-- messaging/open_questions: what was asked of numbers and may be answered now, the newest first.
--
-- A question that was answered within ten minutes is still there: its answer may be corrected. One that was handed over counts, even if
-- what became of it is not written yet: people answer fast.
--
-- $1 text[]: numbers, E.164; $2 bigint[]: the people who have them.
-- Columns: phone; message_id; message_type; route_to; contractor_id; event_id; sent_at; is_answered; offered: how many things to choose
--          from; titles: of those things, where their words are an answer, too; label: what it is about, in a few words; asked: its words;
--          about: of a clarification, the texts that it offers; original_id, original_body: of a clarification, the text that was unclear.
-- Reads:  public.event_messages, public.message_attempts, public.reply_windows, public.inbound_messages, public.contractor_followup_schedules,
--         public.contractor_action_items
-- Locks:  none
select
    coalesce(attempt.phone_number, message.phone) as phone,
    message.id as message_id,
    message.message_type,
    reply_window.route_to,
    message.contractor_id,
    message.event_id,
    coalesce(message.actual_send_time, attempt.called_at) as sent_at,
    message.response_time is not null as is_answered,
    least(
        coalesce(
            jsonb_array_length(
                case
                    when jsonb_typeof(message.personalization_data -> 'sponsors') = 'array' then message.personalization_data -> 'sponsors'
                    when jsonb_typeof(message.personalization_data -> 'choices') = 'array' then message.personalization_data -> 'choices'
                end
            ),
            0
        ),
        9
    ) as offered,
    case
        when message.message_type = 'session_question' and jsonb_typeof(message.personalization_data -> 'choices') = 'array'
            then array(select jsonb_array_elements_text(message.personalization_data -> 'choices'))
        else '{}'
    end as titles,
    coalesce(
        message.personalization_data ->> 'peer_name', message.personalization_data ->> 'session_title',
        message.personalization_data ->> 'sponsor_name', item.title, ''
    ) as label,
    coalesce(attempt.body, message.message_content) as asked,
    coalesce(message.personalization_data -> 'message_ids', '[]') as about,
    original.id as original_id,
    original.body as original_body
from public.event_messages as message
join public.reply_windows as reply_window on reply_window.message_type = message.message_type
left join public.message_attempts as attempt on attempt.id = message.attempt_id
left join public.contractor_followup_schedules as followup on followup.message_id = message.id
left join public.contractor_action_items as item on item.id = followup.action_item_id
left join public.inbound_messages as original
    on reply_window.route_to = 'clarification'
    and original.id = message.inbound_message_id
where (message.contractor_id = any ($2::bigint[]) or message.contractor_id is null)
and coalesce(attempt.phone_number, message.phone) = any ($1::text[])
and message.direction = 'outbound'
and (message.status in ('sent', 'delivered') or message.status in ('sending', 'uncertain') and attempt.called_at is not null)
and coalesce(message.actual_send_time, attempt.called_at) > clock_timestamp() - reply_window.answer_within
and (message.response_time is null or message.response_time > clock_timestamp() - interval '10 minutes')
order by sent_at desc, message.id desc

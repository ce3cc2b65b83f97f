-- messaging/readings_to_use: whether what a chat model read in received texts may still be acted on.
--
-- A person's word, or one of the writer's since, counts more. A question that a later text has answered stays answered so.
--
-- $1 bigint[]: received texts; $2 bigint[]: the questions that they are to answer, NULL: none.
-- Columns: id; is_open: nobody has settled the text; can_answer: the question still waits, or an earlier text has answered it lately;
--          is_held: the text may be a refusal, which only a person decides.
-- Reads:  public.event_messages, public.sms_routing_decisions
-- Writes: nothing
-- Locks:  the texts, in the order of their ids
with
held as materialized (
    select message.id, message.status, message.wish, message.answers_message_id, coalesce(message.received_at, message.stored_at) as at
    from public.inbound_messages as message
    where message.id = any ($1::bigint[])
    order by message.id
    for no key update
)
select
    held.id,
    held.status in ('routed', 'for_a_person')
        and not exists (
            select
            from public.sms_routing_decisions as decision
            where decision.inbound_message_id = held.id
            and decision.routing_method = 'operator'
        ) as is_open,
    held.answers_message_id is null
        and question.id is not null
        and (
            question.response_time is null
            or question.response_time > clock_timestamp() - interval '10 minutes'
            and not exists (
                select
                from public.sms_routing_decisions as decision
                where decision.pending_message_id = question.id
                and decision.received_at >= held.at
            )
        ) as can_answer,
    held.wish is not distinct from 'maybe_stop' as is_held
from unnest($1::bigint[], $2::bigint[]) as given (inbound_id, question_id)
join held on held.id = given.inbound_id
left join public.event_messages as question on question.id = given.question_id
order by held.id

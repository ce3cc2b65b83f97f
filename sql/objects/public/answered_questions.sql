-- public.answered_questions(event_ids): claimed answers with what was asked, for the stages that act on them.
--
-- Arguments: event_ids of reply_… events, already claimed.
-- Returns: event_id; decision: the row of sms_routing_decisions; question: the text that asked, all NULL when it is gone or nothing was
--          asked; in the order in which they were decided.
-- Reads:  marketing.pipeline_events, public.sms_routing_decisions, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.answered_questions(event_ids bigint[])
returns table (event_id bigint, decision public.sms_routing_decisions, question public.event_messages)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select event.id, decision, question
    from marketing.pipeline_events as event
    join public.sms_routing_decisions as decision on decision.id = marketing.payload_id(event.payload, 'record_id')
    left join public.event_messages as question on question.id = decision.pending_message_id
    where event.id = any (event_ids)
    order by decision.id;
end;

comment on function public.answered_questions(bigint[]) is 'Claimed answers with what was asked.';

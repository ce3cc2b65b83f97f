-- messaging/write_routes: writes how received texts were understood; each decision is an event for whoever acts on it.
--
-- $1 jsonb: array of decisions: inbound_id: the text that was read; about_id: the text that is acted on, which is an earlier one when a
--           clarification was answered; caused_by; route_to; method; confidence, sentiment, message_id, message_type, contractor_id,
--           event_id, intent: null where there is none; intents; note: why a person must read it, null: none must.
-- Writes: public.sms_routing_decisions, public.inbound_messages, public.event_messages; by their triggers marketing.pipeline_events
-- Locks:  the questions and the texts, in the order of the array
with
given as materialized (
    select given.*
    from rows from (
        jsonb_to_recordset($1::jsonb) as (
            inbound_id bigint, about_id bigint, caused_by bigint, route_to text, method text, confidence numeric, sentiment numeric,
            message_id bigint, message_type text, contractor_id bigint, event_id bigint, intent text, intents jsonb, note text
        )
    ) with ordinality as given (
        inbound_id, about_id, caused_by, route_to, method, confidence, sentiment, message_id, message_type, contractor_id, event_id,
        intent, intents, note, place
    )
),
read as (
    update public.inbound_messages as message
    set status = case when given.note is null then 'routed' else 'for_a_person' end,
        handled_at = clock_timestamp(),
        contractor_id = coalesce(given.contractor_id, message.contractor_id),
        event_id = coalesce(given.event_id, message.event_id),
        answers_message_id = given.message_id,
        handling_note = given.note,
        caused_by = given.caused_by
    from given
    where message.id = given.inbound_id
    returning message.id
),
-- The text whose meaning was asked back for is understood now.
understood as (
    update public.inbound_messages as message
    set status = 'routed', handling_note = null, answers_message_id = given.message_id, contractor_id = given.contractor_id
    from given
    where message.id = given.about_id
    and given.about_id <> given.inbound_id
    returning message.id
),
answered as (
    update public.event_messages as question
    set response_received = about.body,
        response_time = clock_timestamp(),
        sentiment_score = given.sentiment
    from (
        -- Of two answers to one question the later counts.
        select distinct on (given.message_id) given.*
        from given
        where given.message_id is not null
        order by given.message_id, given.place desc
    ) as given
    join public.inbound_messages as about on about.id = given.about_id
    where question.id = given.message_id
    returning question.id
)
insert into public.sms_routing_decisions (
    inbound_message_id, phone, message_text, received_at, pending_message_type, pending_message_id, route_to, confidence_score,
    routing_method, routed_successfully, contractor_id, event_id, intent, intents, sentiment_score, caused_by
)
select
    about.id, about.phone_number, about.body, coalesce(about.received_at, about.stored_at), given.message_type, given.message_id,
    given.route_to, round(given.confidence, 2), given.method, case when given.route_to in ('person', 'clarification') then true end,
    given.contractor_id, given.event_id, given.intent, coalesce(given.intents, '[]'), round(given.sentiment, 2), given.caused_by
from given
join public.inbound_messages as about on about.id = given.about_id
order by given.place

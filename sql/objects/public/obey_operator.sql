-- public.obey_operator(event_ids): the stage obey_operators; does what operators order by text, and answers.
--
-- Without a code the event that is on today is meant, or the only one to come. Whether the number may order is looked at here again.
--
-- Arguments: event_ids of reply_operator events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  marketing.pipeline_events, public.sms_routing_decisions, public.admin_users, public.events
-- Writes: by public.obey_order, public.reply_to_text and public.finish_routing what they write
-- Locks:  as public.obey_order

create or replace function public.obey_operator(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_help constant text :=
        'DELAY [minutes], MSG [ALL|CHECKEDIN|PENDING]: words, STATUS, CHECKIN name, CANCEL ALL or a type; add an event''s code if several are on. STOP ends texts to you.';
    v_order record;
    v_events bigint[];
    v_answer text;
begin
    for v_order in
        select decision.id, decision.inbound_message_id, decision.intents -> 0 as intent
        from marketing.pipeline_events as event
        join public.sms_routing_decisions as decision on decision.id = marketing.payload_id(event.payload, 'record_id')
        join public.admin_users as operator on operator.admin_phone = decision.phone and operator.sms_admin_access
        where event.id = any (event_ids)
        order by decision.id
    loop
        select array_agg(known.id) into v_events
        from (
            select event.id, rank() over (order by (now() at time zone event.timezone)::date >= event.date desc) as place
            from public.events as event
            where event.status = 'scheduled'
            and event.is_active
            and event.end_date >= (now() at time zone event.timezone)::date
            and event.sms_event_code is not distinct from coalesce(v_order.intent ->> 'code', event.sms_event_code)
        ) as known
        where known.place = 1;

        v_answer := case
            when v_order.intent ->> 'intent' = 'help' then c_help
            when v_events is null then 'Nothing was done: no such event is on or to come.'
            when cardinality(v_events) > 1 then 'Nothing was done: which event? Add its code, as in STATUS TPE2025.'
            else public.obey_order(
                v_order.intent ->> 'intent', v_order.intent ->> 'argument', v_order.intent ->> 'words', v_events[1]
            )
        end;
        perform public.reply_to_text(v_order.inbound_message_id, 'operator_reply', left(translate(v_answer, '{}', '()'), 600));
        perform public.finish_routing(v_order.id, null);
    end loop;
end
$$;

comment on function public.obey_operator(bigint[]) is 'Stage obey_operators: does what operators order by text.';

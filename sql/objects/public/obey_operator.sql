-- public.obey_operator(event_ids): the stage obey_operators; does what operators order by text, and answers.
--
-- Without a code the event is meant that was on when the order was sent, for STATUS also the only one to come. An order is done once; one
-- that is a quarter of an hour old is not. Whether the number may order is looked at here again: if not, a person reads the text.
--
-- Arguments: event_ids of reply_operator events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  marketing.pipeline_events, public.sms_routing_decisions, public.inbound_messages, public.admin_users, public.events,
--         public.message_types
-- Writes: by public.obey_order, public.reply_to_text and public.finish_routing what they write
-- Locks:  the decisions in order, then as public.obey_order

create or replace function public.obey_operator(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_help constant text :=
        'DELAY [minutes], MSG [ALL|CHECKEDIN|PENDING]: words, STATUS, CHECKIN name, CANCEL ALL or a type; '
        'add an event''s code if several are on. STOP ends texts to you.';
    c_late_after constant interval := '15 minutes';
    v_order record;
    v_events bigint[];
    v_is_on boolean;
    v_most integer;
    v_answer text;
begin
    select type.max_segments into v_most from public.message_types as type where type.message_type = 'admin_custom';

    for v_order in
        select
            decision.id, decision.inbound_message_id, decision.intents -> 0 as intent, decision.intents #>> '{0,intent}' as verb,
            least(coalesce(inbound.received_at, inbound.stored_at), now()) as said_at,
            exists (
                select
                from public.admin_users as operator
                where operator.admin_phone = decision.phone
                and operator.sms_admin_access
            ) as may_order
        from marketing.pipeline_events as event
        join public.sms_routing_decisions as decision on decision.id = marketing.payload_id(event.payload, 'record_id')
        left join public.inbound_messages as inbound on inbound.id = decision.inbound_message_id
        where event.id = any (event_ids)
        -- Whoever queues the event again does not order it again.
        and decision.routed_successfully is null
        order by decision.id
        for update of decision
    loop
        if not v_order.may_order then
            perform public.finish_routing(v_order.id, null, 'It is an order of a number that may order nothing: see admin_users.');
            continue;
        end if;

        select array_agg(known.id), bool_and(known.is_on) into v_events, v_is_on
        from (
            select known.id, known.is_on, rank() over (order by known.is_on desc) as place
            from (
                select event.id, (v_order.said_at at time zone event.timezone)::date >= event.date as is_on
                from public.events as event
                where event.status = 'scheduled'
                and event.is_active
                and event.end_date >= (v_order.said_at at time zone event.timezone)::date
                and event.sms_event_code is not distinct from coalesce(v_order.intent ->> 'code', event.sms_event_code)
            ) as known
        ) as known
        where known.place = 1;

        v_answer := case
            when v_order.verb = 'help' then c_help
            when v_order.verb <> 'status' and v_order.said_at < now() - c_late_after
                then 'Nothing was done: your order came too late. Send it again if it still holds.'
            when v_events is null then 'Nothing was done: no such event is on or to come.'
            when cardinality(v_events) > 1 then 'Nothing was done: which event? Add its code, as in STATUS TPE2025.'
            when v_order.verb <> 'status' and not v_is_on and v_order.intent ->> 'code' is null
                then 'Nothing was done: no event is on. If you mean one to come, add its code, as in DELAY 15 TPE2025.'
            when v_order.verb = 'delay' and not v_is_on and v_order.intent ->> 'argument' = ''
                then 'Nothing was done: how many minutes? The event is not on yet: write DELAY 15 TPE2025.'
            when v_order.verb = 'msg' and (v_order.intent ->> 'segments')::integer > v_most
                then format(
                    'Nobody was told: the text is as long as %s texts, %s are the most. Shorten it.', v_order.intent ->> 'segments', v_most
                )
            else public.obey_order(v_order.verb, v_order.intent ->> 'argument', v_order.intent ->> 'words', v_events[1])
        end;
        perform public.reply_to_text(v_order.inbound_message_id, 'operator_reply', left(translate(v_answer, '{}', '()'), 600));
        perform public.finish_routing(v_order.id, null);
    end loop;
end
$$;

comment on function public.obey_operator(bigint[]) is 'Stage obey_operators: does what operators order by text.';

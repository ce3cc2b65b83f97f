-- public.answer_summary(event_ids): the stage answer_summary; who asks for it gets the summary of an event, by text or by e-mail.
--
-- Of the event that is on or was on lately; else of the last one that the person came to. By e-mail only where followup_settings says that
-- somebody sends them and an address is known; as a text otherwise. Each text costs several segments, so that who goes on asking is left to
-- a person.
--
-- Arguments: event_ids of reply_summary events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  marketing.pipeline_events, public.sms_routing_decisions, public.followup_settings, public.event_attendees, public.events,
--         public.event_messages, public.inbound_messages; by public.draft_summary what it reads
-- Writes: public.event_summary_requests; by public.reply_to_text and public.finish_routing what they write
-- Locks:  the decisions in the order of their ids, then the new rows

create or replace function public.answer_summary(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_texts_an_hour constant integer := 3;
    v_asked record;
    v_event bigint;
    v_address text;
begin
    for v_asked in
        select
            decision.id, decision.inbound_message_id, decision.contractor_id, decision.event_id,
            decision.intent = 'summary_by_email' and setting.summaries_by_email as by_email
        from marketing.pipeline_events as event
        join public.sms_routing_decisions as decision on decision.id = marketing.payload_id(event.payload, 'record_id')
        cross join public.followup_settings as setting
        where event.id = any (event_ids)
        and decision.routed_successfully is null
        order by decision.id
        for update of decision
    loop
        v_event := coalesce(v_asked.event_id, (
            select event.id
            from public.event_attendees as attendee
            join public.events as event on event.id = attendee.event_id
            where attendee.contractor_id = v_asked.contractor_id
            and attendee.checked_in
            and event.status = 'scheduled'
            order by attendee.check_in_time desc
            limit 1
        ));

        if v_event is null then
            perform public.reply_to_text(v_asked.inbound_message_id, 'reply', 'There is no event of yours that we could summarize.');
            perform public.finish_routing(v_asked.id, null);
            continue;
        end if;

        v_address := null;
        if v_asked.by_email then
            select draft.send_to into v_address from public.draft_summary(v_asked.contractor_id, v_event) as draft;
        end if;

        if v_address is not null then
            insert into public.event_summary_requests (contractor_id, event_id, inbound_message_id)
            values (v_asked.contractor_id, v_event, v_asked.inbound_message_id)
            on conflict (inbound_message_id) do nothing;

            perform public.reply_to_text(v_asked.inbound_message_id, 'reply', 'Your summary comes to your e-mail address.');
        elsif (
            select count(*) >= c_texts_an_hour
            from public.event_messages as told
            join public.inbound_messages as inbound on inbound.id = told.inbound_message_id
            where told.message_type = 'event_summary'
            and told.created_at > clock_timestamp() - interval '1 hour'
            and inbound.contractor_id = v_asked.contractor_id
        ) then
            perform public.finish_routing(
                v_asked.id, null, format('Has had %s summaries within an hour, and asks for one more.', c_texts_an_hour)
            );
            continue;
        else
            perform public.reply_to_text(
                v_asked.inbound_message_id, 'event_summary', '',
                public.summary_words(public.event_summary(v_asked.contractor_id, v_event))
                    || jsonb_strip_nulls(jsonb_build_object('no_address', case when v_asked.by_email then true end))
            );
        end if;
        perform public.finish_routing(v_asked.id, null);
    end loop;
end
$$;

comment on function public.answer_summary(bigint[]) is 'Stage answer_summary: who asks for it gets the summary of an event.';

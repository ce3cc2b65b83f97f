-- public.run_followups(event_ids): the stage run_followups; what is due becomes a text, unless it is pointless by then.
--
-- Of an item that is done it is skipped; of one that was put off it waits with it. Quiet hours, consent and caps are the text's: when it is
-- sent or dropped, the follow-up says so.
--
-- Arguments: event_ids of followup_due events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  marketing.pipeline_events, public.contractor_action_items
-- Writes: public.contractor_followup_schedules, public.event_messages, public.contractor_action_items; by public.next_followup what it writes
-- Locks:  the follow-ups in the order of their ids

create or replace function public.run_followups(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_due record;
    v_followup public.contractor_followup_schedules;
    v_item public.contractor_action_items;
    v_message_id bigint;
begin
    for v_due in
        select event.id as due_event_id, followup
        from marketing.pipeline_events as event
        join public.contractor_followup_schedules as followup on followup.id = marketing.payload_id(event.payload, 'record_id')
        where event.id = any (event_ids)
        -- One that was moved or cancelled meanwhile has another event, or none.
        and followup.pipeline_event_id = event.id
        and followup.status = 'scheduled'
        order by followup.id
        for update of followup
    loop
        v_followup := v_due.followup;
        select item.* into v_item from public.contractor_action_items as item where item.id = v_followup.action_item_id;

        if v_item.status in ('completed', 'cancelled') and v_followup.skip_if_completed then
            update public.contractor_followup_schedules as followup
            set status = 'skipped', cancelled_reason = format('The action item is %s.', v_item.status), caused_by = v_due.due_event_id
            where followup.id = v_followup.id;
            continue;
        elsif v_item.status = 'deferred' and v_item.reminder_time > clock_timestamp() then
            update public.contractor_followup_schedules as followup
            set scheduled_time = v_item.reminder_time, caused_by = v_due.due_event_id
            where followup.id = v_followup.id;
            continue;
        elsif v_item.status = 'deferred' then
            perform public.say_who_changes('system', 'followup', 'Its time has come.');
            update public.contractor_action_items as item set status = 'pending' where item.id = v_item.id;
            perform public.say_who_changes(null);
        end if;

        insert into public.event_messages (
            event_id, contractor_id, message_type, message_category, message_content, personalization_data, dedupe_key, priority,
            planned_by, caused_by
        )
        values (
            v_followup.event_id, v_followup.contractor_id, 'follow_up', 'follow_up', public.followup_words(v_followup),
            jsonb_strip_nulls(jsonb_build_object(
                'followup_id', v_followup.id, 'followup_type', v_followup.followup_type, 'action_item_id', v_followup.action_item_id
            )),
            format('followup-%s-%s', v_followup.id, v_due.due_event_id),
            case v_followup.message_tone when 'urgent' then 5 end,
            'followup', v_due.due_event_id
        )
        returning id into v_message_id;

        -- Its next one first: it keeps the event that it comes from.
        perform public.next_followup(v_followup);

        update public.contractor_followup_schedules as followup
        set message_id = v_message_id, pipeline_event_id = null, caused_by = v_due.due_event_id
        where followup.id = v_followup.id;
    end loop;
end
$$;

comment on function public.run_followups(bigint[]) is 'Stage run_followups: what is due becomes a text, unless it is pointless by then.';

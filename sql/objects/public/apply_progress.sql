-- public.apply_progress(decision_id, verb, numbers, until): what somebody says about an action item reaches the item and its follow-ups.
--
-- done: completed, nothing more is asked; drop: cancelled; started: in progress; not_yet: asked again; defer: put off, and asked again then.
-- A series that recurs goes on by itself; otherwise the next follow-up is made here, of the same series, so that no chain is for ever.
--
-- Arguments: decision_id: the answer; verb: done, not_yet, started, defer or drop; numbers: of items, by the person's own ranking, empty:
--            the one that was asked about; until: when to ask again, NULL: in a week.
-- Returns: how many items it was said of.
-- Reads:  public.sms_routing_decisions
-- Writes: public.contractor_action_items, public.contractor_followup_schedules
-- Locks:  the items in the order of their ids, then their follow-ups

create or replace function public.apply_progress(decision_id bigint, verb text, numbers integer[], until timestamptz)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_decision public.sms_routing_decisions;
    v_followup public.contractor_followup_schedules;
    v_again constant timestamptz := coalesce(apply_progress.until, clock_timestamp() + interval '7 days');
    v_items bigint[];
begin
    select decision.* into v_decision from public.sms_routing_decisions as decision where decision.id = apply_progress.decision_id;

    select followup.* into v_followup
    from public.contractor_followup_schedules as followup
    where followup.message_id = v_decision.pending_message_id
    for update;

    select array_agg(item.id order by item.id) into v_items
    from (
        select item.id
        from public.contractor_action_items as item
        where item.contractor_id = v_decision.contractor_id
        and case
            when cardinality(apply_progress.numbers) = 0 then item.id = v_followup.action_item_id
            else item.contractor_priority = any (apply_progress.numbers)
                and item.event_id is not distinct from v_followup.event_id
        end
        order by item.id
        for update
    ) as item;

    update public.contractor_action_items as item
    set status = case apply_progress.verb
            when 'done' then 'completed'
            when 'drop' then 'cancelled'
            when 'started' then 'in_progress'
            when 'defer' then 'deferred'
            else item.status
        end,
        cancelled_reason = case when apply_progress.verb = 'drop' then 'The person dropped it.' else item.cancelled_reason end,
        reminder_time = case when apply_progress.verb = 'defer' then v_again else item.reminder_time end
    where item.id = any (v_items)
    and item.status not in ('completed', 'cancelled');

    update public.contractor_followup_schedules as followup
    set status = case apply_progress.verb when 'defer' then 'deferred' else 'responded' end,
        response_received_at = v_decision.received_at,
        response_text = v_decision.message_text
    where followup.id = v_followup.id;

    if apply_progress.verb in ('not_yet', 'started', 'defer')
        and v_followup.action_item_id = any (v_items)
        and v_followup.occurrence < v_followup.max_occurrences
    then
        if v_followup.next_occurrence_id is null then
            insert into public.contractor_followup_schedules (
                contractor_id, action_item_id, event_id, scheduled_time, followup_type, message_template, message_tone,
                ai_should_personalize, ai_context_hints, skip_if_completed, occurrence, max_occurrences, caused_by
            )
            values (
                v_followup.contractor_id, v_followup.action_item_id, v_followup.event_id, v_again, v_followup.followup_type,
                v_followup.message_template, v_followup.message_tone, v_followup.ai_should_personalize, v_followup.ai_context_hints,
                v_followup.skip_if_completed, v_followup.occurrence + 1, v_followup.max_occurrences, v_decision.caused_by
            )
            returning contractor_followup_schedules.id into v_followup.next_occurrence_id;

            update public.contractor_followup_schedules as followup
            set next_occurrence_id = v_followup.next_occurrence_id
            where followup.id = v_followup.id;
        elsif apply_progress.verb = 'defer' then
            update public.contractor_followup_schedules as followup
            set scheduled_time = v_again
            where followup.id = v_followup.next_occurrence_id
            and followup.status = 'scheduled';
        end if;
    end if;

    return coalesce(cardinality(v_items), 0);
end
$$;

comment on function public.apply_progress(bigint, text, integer[], timestamptz) is 'What somebody says about an action item reaches the item and its follow-ups.';

revoke execute on function public.apply_progress(bigint, text, integer[], timestamptz) from public;

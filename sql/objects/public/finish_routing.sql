-- public.finish_routing(decision_id, action, error): writes what became of an answer to its decision and its question.
--
-- Arguments: decision_id; action: what it set off, in a word, NULL: nothing; error: why it could not be acted on, NULL: it was.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.sms_routing_decisions, public.event_messages, public.inbound_messages
-- Locks:  the decision, then its question and its text

create or replace function public.finish_routing(decision_id bigint, action text, error text default null)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_decision public.sms_routing_decisions;
begin
    update public.sms_routing_decisions as decision
    set routed_successfully = finish_routing.error is null, error_message = finish_routing.error
    where decision.id = finish_routing.decision_id
    returning decision.* into v_decision;

    if action is not null then
        update public.event_messages as question
        set action_taken = left(finish_routing.action, 100)
        where question.id = v_decision.pending_message_id
        and question.action_taken is distinct from left(finish_routing.action, 100);
    end if;

    if error is not null then
        update public.inbound_messages as message
        set status = 'for_a_person', handling_note = finish_routing.error, handled_at = coalesce(message.handled_at, clock_timestamp())
        where message.id = v_decision.inbound_message_id;
    end if;
end
$$;

comment on function public.finish_routing(bigint, text, text) is 'Writes what became of an answer to its decision and its question.';

revoke execute on function public.finish_routing(bigint, text, text) from public;

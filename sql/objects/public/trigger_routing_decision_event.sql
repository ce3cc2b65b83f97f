-- trigger_routing_decision_event: public.hand_over_replies(): each decision about a received text is an event for whoever acts on it, reply_<route_to>.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_decisions (transition table), marketing.pipeline_events
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function public.hand_over_replies()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.pipeline_events (event_type, payload, priority, parent_id, root_id)
    select
        'reply_' || decision.route_to,
        jsonb_build_object('record_id', decision.id, 'inbound_message_id', decision.inbound_message_id),
        2,
        decision.caused_by,
        (
            select coalesce(parent.root_id, parent.id)
            from marketing.pipeline_events as parent
            where parent.id = decision.caused_by
        )
    from new_decisions as decision
    where decision.routed_successfully is null
    order by decision.id;

    return null;
end
$$;

comment on function public.hand_over_replies() is 'Trigger function of sms_routing_decisions: each is an event for whoever acts on it.';

create or replace trigger trigger_routing_decision_event
    after insert on public.sms_routing_decisions
    referencing new table as new_decisions
    for each statement
    execute function public.hand_over_replies();

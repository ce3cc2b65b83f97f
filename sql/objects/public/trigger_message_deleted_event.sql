-- trigger_message_deleted_event, public.forget_messages(): deleted texts, also those of a deleted contractor or event, leave the schedule.
--
-- A text that an agenda had planned, and somebody deleted, is remembered: the agenda does not plan it again.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_messages (transition table), public.events, public.contractors
-- Writes: public.agenda_withdrawals; by public.cancel_message_events marketing.pipeline_events
-- Locks:  events of the texts that nobody else holds, in the order of their ids

create or replace function public.forget_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ended constant bigint[] := array(
        select former.pipeline_event_id
        from old_messages as former
        where former.status = 'scheduled'
        and former.pipeline_event_id is not null
    );
begin
    if cardinality(v_ended) > 0 then
        perform public.cancel_message_events(v_ended, 'The text was deleted.');
    end if;

    -- Not those that went together with their event or person.
    insert into public.agenda_withdrawals (dedupe_key, event_id, contractor_id)
    select former.dedupe_key, former.event_id, former.contractor_id
    from old_messages as former
    where former.planned_by = 'agenda'
    and former.dedupe_key not like '%:cancelled:%'
    and exists (select from public.events as event where event.id = former.event_id)
    and exists (select from public.contractors as contractor where contractor.id = former.contractor_id)
    on conflict (dedupe_key) do nothing;

    return null;
end
$$;

comment on function public.forget_messages() is 'Trigger function of event_messages: cancels the events of deleted texts, and remembers those of an agenda.';

create or replace trigger trigger_message_deleted_event
    after delete on public.event_messages
    referencing old table as old_messages
    for each statement
    execute function public.forget_messages();

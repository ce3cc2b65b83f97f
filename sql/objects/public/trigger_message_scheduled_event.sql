-- trigger_message_scheduled_event, public.schedule_messages(): new texts become events of the schedule, all of a statement with one INSERT.
--
-- The events' numbers were given to the rows before, so nothing is written twice.
--
-- Returns: nothing (statement trigger).
-- Reads:  new_messages (transition table), marketing.pipeline_events
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function public.schedule_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into marketing.pipeline_events (id, event_type, payload, run_at, priority, parent_id, root_id)
    select
        message.pipeline_event_id,
        public.message_event_type(message.channel, false, null),
        jsonb_build_object('record_id', message.id, 'message_type', message.message_type),
        message.send_at,
        message.priority,
        message.caused_by,
        (
            select coalesce(parent.root_id, parent.id)
            from marketing.pipeline_events as parent
            where parent.id = message.caused_by
        )
    from new_messages as message
    where message.status = 'scheduled'
    and message.direction = 'outbound'
    order by message.pipeline_event_id;

    return null;
end
$$;

comment on function public.schedule_messages() is 'Trigger function of event_messages: emits one event for each text that is scheduled.';

create or replace trigger trigger_message_scheduled_event
    after insert on public.event_messages
    referencing new table as new_messages
    for each statement
    execute function public.schedule_messages();

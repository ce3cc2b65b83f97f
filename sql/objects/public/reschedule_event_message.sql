-- public.reschedule_event_message(message_id, new_time, data): moves a text, or schedules a failed or cancelled one again.
--
-- Arguments: message_id; new_time; data: new values of message_content, personalization_data, phone and priority, as a JSON object; what
--            is not in it stays; NULL: nothing.
-- Returns: the text's status afterwards.
-- Reads:  nothing
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  the text

create or replace function public.reschedule_event_message(message_id bigint, new_time timestamptz, data jsonb default null)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text;
begin
    update public.event_messages as message
    set status = 'scheduled',
        scheduled_time = new_time,
        message_content = coalesce(data ->> 'message_content', message.message_content),
        personalization_data = coalesce(data -> 'personalization_data', message.personalization_data),
        phone = coalesce(data ->> 'phone', message.phone),
        priority = coalesce((data ->> 'priority')::smallint, message.priority)
    where message.id = reschedule_event_message.message_id
    returning message.status into v_status;

    if not found then
        raise exception using errcode = 'PC001', message = format('There is no text %s.', reschedule_event_message.message_id);
    end if;
    return v_status;
end
$$;

comment on function public.reschedule_event_message(bigint, timestamptz, jsonb) is
    'Moves a text, or schedules a failed or cancelled one again: SELECT reschedule_event_message(123, now() + interval ''1 hour'').';

-- public.cancel_event_message(message_id, reason): cancels a text that has not been sent.
--
-- Arguments: message_id; reason, kept with it.
-- Returns: the text's status afterwards: cancelled, or what it is if it was too late.
-- Reads:  nothing
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  the text

create or replace function public.cancel_event_message(message_id bigint, reason text default null)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text;
begin
    update public.event_messages as message
    set status = 'cancelled', skip_reason = coalesce(cancel_event_message.reason, message.skip_reason)
    where message.id = cancel_event_message.message_id
    and message.status in ('draft', 'scheduled', 'sending')
    returning message.status into v_status;

    if not found then
        select message.status into v_status from public.event_messages as message where message.id = cancel_event_message.message_id;
        if not found then
            raise exception using errcode = 'PC001', message = format('There is no text %s.', cancel_event_message.message_id);
        end if;
    end if;
    return v_status;
end
$$;

comment on function public.cancel_event_message(bigint, text) is
    'Cancels a text: SELECT cancel_event_message(123). Returns its status: cancelled, or sent if it was too late.';

-- public.retry_message(message_id): sends a failed or cancelled text now, and settles its errors.
--
-- Arguments: message_id.
-- Returns: the text's status afterwards.
-- Reads:  nothing
-- Writes: public.event_messages, marketing.pipeline_errors; by triggers marketing.pipeline_events
-- Locks:  the text

create or replace function public.retry_message(message_id bigint)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_message public.event_messages;
begin
    select message.* into v_message from public.event_messages as message where message.id = retry_message.message_id for update;

    if not found then
        raise exception using errcode = 'PC001', message = format('There is no text %s.', retry_message.message_id);
    elsif v_message.status not in ('failed', 'cancelled', 'draft') then
        raise object_not_in_prerequisite_state using
            message = format('Text %s is not failed or cancelled: its status is %s.', v_message.id, v_message.status),
            hint = 'An uncertain one is settled by public.resolve_message; one that was sent is sent again as a new row.';
    end if;

    update marketing.pipeline_errors as error
    set resolved = true, resolved_at = clock_timestamp(), resolved_by = session_user, resolution_notes = 'the text was scheduled again'
    where error.record_id = v_message.id::text
    and (error.event_type = 'message_due' or error.event_type like 'text\_ready\_%')
    and not error.resolved;

    return public.reschedule_event_message(v_message.id, clock_timestamp());
end
$$;

comment on function public.retry_message(bigint) is 'Sends a failed or cancelled text now: SELECT retry_message(123).';

revoke execute on function public.retry_message(bigint) from public;

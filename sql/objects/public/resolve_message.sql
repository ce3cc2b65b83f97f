-- public.resolve_message(message_id, outcome, provider_message_id, settled_by): settles a text of which nobody knows whether it was sent.
--
-- sent: it counts as sent. not_sent: it is scheduled again and goes out at once, unless it has become pointless. Its errors are resolved.
--
-- Arguments: message_id; outcome: sent or not_sent; provider_message_id: the provider's id of the text, if found; settled_by: who says so.
-- Returns: the text's new status.
-- Reads:  nothing
-- Writes: public.event_messages, public.message_attempts, marketing.pipeline_errors
-- Locks:  the text, its attempt

create or replace function public.resolve_message(
    message_id bigint, outcome text, provider_message_id text default null, settled_by text default session_user
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_message public.event_messages;
    v_attempt public.message_attempts;
    v_outcome constant text := replace(lower(outcome), '-', '_');
begin
    if v_outcome not in ('sent', 'not_sent') then
        raise invalid_parameter_value using
            message = format('%L is no outcome.', resolve_message.outcome),
            hint = 'Say sent, or not_sent to have it sent now.';
    end if;

    select message.* into v_message from public.event_messages as message where message.id = resolve_message.message_id for update;

    if not found then
        raise exception using errcode = 'PC001', message = format('There is no text %s.', resolve_message.message_id);
    elsif v_message.status <> 'uncertain' then
        raise object_not_in_prerequisite_state using
            message = format('Text %s is not uncertain: its status is %s.', v_message.id, v_message.status),
            hint = 'Only texts of public.vw_uncertain_messages need to be settled.';
    end if;

    update public.message_attempts as attempt
    set outcome = case v_outcome when 'sent' then 'accepted' else 'not_sent' end,
        provider_message_id = coalesce(resolve_message.provider_message_id, attempt.provider_message_id),
        settled_by = resolve_message.settled_by,
        answered_at = coalesce(attempt.answered_at, clock_timestamp())
    where attempt.id = v_message.attempt_id
    returning attempt.* into v_attempt;

    if v_outcome = 'sent' then
        update public.event_messages as message
        set status = 'sent',
            actual_send_time = v_attempt.called_at,
            delay_minutes = greatest(
                least(trunc(extract(epoch from v_attempt.called_at - message.scheduled_time) / 60), 2147483647), -2147483648
            ),
            phone = v_attempt.phone_number,
            segments = v_attempt.segments,
            message_content = v_attempt.body,
            skip_reason = null,
            ghl_message_id = coalesce(v_attempt.provider_message_id, message.ghl_message_id),
            error_message = null
        where message.id = v_message.id;
    else
        update public.event_messages as message
        set status = 'scheduled', attempt_id = null, pipeline_event_id = null, error_message = null
        where message.id = v_message.id;
    end if;

    update marketing.pipeline_errors as error
    set resolved = true, resolved_at = clock_timestamp(), resolved_by = resolve_message.settled_by,
        resolution_notes = format('text %s: %s', v_message.id, v_outcome)
    where error.event_type = 'text_uncertain'
    and error.record_id = v_message.id::text
    and not error.resolved;

    return case v_outcome when 'sent' then 'sent' else 'scheduled' end;
end
$$;

comment on function public.resolve_message(bigint, text, text, text) is
    'Settles an uncertain text: SELECT resolve_message(123, ''sent'') or resolve_message(123, ''not_sent''), which sends it.';

revoke execute on function public.resolve_message(bigint, text, text, text) from public;

-- public.note_delivery(…): how far a provider says that a text of ours has come.
--
-- Reports come twice and out of order: of two the greater counts, and nothing undoes an arrival. A report that names our attempt settles an
-- uncertain one: it was sent. What it says of the number is kept for all later texts.
--
-- Arguments: provider_message_id; reference: our word for the attempt, NULL: not given back; status: queued, sent, undelivered, failed,
--            delivered; code: the carrier's, NULL: none; reason: for people, NULL: none; number_fault: opted_out or unreachable, NULL: none.
-- Returns: the number of the text; NULL: none of ours.
-- Reads:  public.message_attempts
-- Writes: public.event_messages, public.message_attempts; by public.opt_out and public.block_number what they write
-- Locks:  the text, its attempt, then the number's row

create or replace function public.note_delivery(
    provider_message_id text,
    reference text default null,
    status text default null,
    code text default null,
    reason text default null,
    number_fault text default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_order constant text[] := array['queued', 'sent', 'undelivered', 'failed', 'delivered'];
    v_attempt public.message_attempts;
    v_message public.event_messages;
begin
    select attempt.* into v_attempt
    from public.message_attempts as attempt
    where attempt.reference = note_delivery.reference
    or attempt.provider_message_id = note_delivery.provider_message_id
    order by attempt.id desc
    limit 1;

    if v_attempt.message_id is null then
        return null;
    end if;

    select message.* into v_message
    from public.event_messages as message
    where message.id = v_attempt.message_id
    for update;

    if v_message.status = 'uncertain' and v_message.attempt_id = v_attempt.id then
        perform public.resolve_message(v_message.id, 'sent', note_delivery.provider_message_id, 'evidence');
    end if;

    update public.event_messages as message
    set delivery_status = note_delivery.status,
        delivery_code = coalesce(note_delivery.code, message.delivery_code),
        delivered_at = case when note_delivery.status = 'delivered' then coalesce(message.delivered_at, clock_timestamp()) end,
        status = case
            when message.status not in ('sent', 'delivered') then message.status
            when note_delivery.status = 'delivered' then 'delivered'
            when note_delivery.status in ('failed', 'undelivered') and message.status = 'sent' then 'failed'
            else message.status
        end,
        error_message = case when note_delivery.status in ('failed', 'undelivered') then coalesce(note_delivery.reason, message.error_message) else message.error_message end
    where message.id = v_message.id
    and array_position(c_order, note_delivery.status) > coalesce(array_position(c_order, message.delivery_status), 0);

    if number_fault = 'opted_out' then
        perform public.opt_out(v_attempt.phone_number, 'provider', note_delivery.reason);
    elsif number_fault = 'unreachable' then
        perform public.block_number(v_attempt.phone_number, false, note_delivery.reason);
    end if;

    return v_message.id;
end
$$;

comment on function public.note_delivery(text, text, text, text, text, text) is 'How far a provider says that a text has come.';

revoke execute on function public.note_delivery(text, text, text, text, text, text) from public;

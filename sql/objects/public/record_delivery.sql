-- public.record_delivery(provider_message_id, delivery, code, reason, reference, at): what a provider reports about a text on its way.
--
-- Reports come twice and out of order: of two the one that is further on the way counts. A report about an attempt of unknown outcome is
-- the evidence that it was sent. One that says that the number can never be reached stops further texts to it.
--
-- Arguments: provider_message_id; delivery: queued, sent, undelivered, failed or delivered; code: the carrier's; reason; reference: our word
--            for the attempt, where the provider gives it back; at: when; number_unreachable: no text can ever reach the number.
-- Returns: the text's id, or NULL: it is none of ours.
-- Reads:  nothing
-- Writes: public.event_messages, public.message_attempts; by public.resolve_message and public.block_number what they write
-- Locks:  the text, its attempt

create or replace function public.record_delivery(
    provider_message_id text,
    delivery text,
    code text default null,
    reason text default null,
    reference text default null,
    at timestamptz default null,
    number_unreachable boolean default false
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_order constant text[] := '{queued,sent,undelivered,failed,delivered}';
    v_attempt public.message_attempts;
begin
    if record_delivery.delivery <> all (c_order) then
        raise invalid_parameter_value using
            message = format('%L is no state of a delivery.', record_delivery.delivery),
            hint = 'Say queued, sent, undelivered, failed or delivered.';
    end if;

    select attempt.* into v_attempt
    from public.message_attempts as attempt
    where attempt.provider_message_id = record_delivery.provider_message_id
    or attempt.reference = record_delivery.reference
    order by attempt.reference = record_delivery.reference desc nulls last
    limit 1;

    if not found then
        return null;
    end if;

    if v_attempt.outcome = 'unknown' and exists (
        select from public.event_messages as message where message.id = v_attempt.message_id and message.status = 'uncertain'
    ) then
        perform public.resolve_message(v_attempt.message_id, 'sent', record_delivery.provider_message_id, 'the provider''s report');
    end if;

    update public.event_messages as message
    set delivery_status = record_delivery.delivery,
        delivery_code = coalesce(record_delivery.code, message.delivery_code),
        delivered_at = case when record_delivery.delivery = 'delivered' then coalesce(record_delivery.at, clock_timestamp()) end,
        status = case record_delivery.delivery
            when 'delivered' then 'delivered'
            when 'undelivered' then 'failed'
            when 'failed' then 'failed'
            else message.status
        end,
        error_message = case
            when record_delivery.delivery in ('undelivered', 'failed') then
                coalesce(record_delivery.reason, 'The carrier did not deliver it.')
            when record_delivery.delivery = 'delivered' then null
            else message.error_message
        end
    where message.id = v_attempt.message_id
    and message.attempt_id = v_attempt.id
    and message.status in ('sent', 'delivered', 'failed')
    and coalesce(array_position(c_order, message.delivery_status), 0) < array_position(c_order, record_delivery.delivery);

    if record_delivery.number_unreachable then
        perform public.block_number(
            v_attempt.phone_number, false, coalesce(record_delivery.reason, record_delivery.code, 'The carrier says that no text can reach it.')
        );
    end if;

    return v_attempt.message_id;
end
$$;

comment on function public.record_delivery(text, text, text, text, text, timestamptz, boolean) is
    'What a provider reports about a text on its way; returns the text''s id.';

revoke execute on function public.record_delivery(text, text, text, text, text, timestamptz, boolean) from public;

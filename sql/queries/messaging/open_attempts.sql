-- messaging/open_attempts: attempts of which nobody knows what became of them, with what helps to find out.
--
-- $1 bigint[]: attempts.
-- Columns: attempt_id, message_id, provider, phone_number, contact_id, body, reference, called_at, now, others: the provider's ids of other
--          texts to the number since then. Attempts that are settled are left out.
-- Reads:  public.message_attempts, public.event_messages, public.sending_accounts
-- Locks:  none
select
    attempt.id as attempt_id,
    message.id as message_id,
    account.provider,
    attempt.phone_number,
    coalesce(attempt.provider_contact_id, message.ghl_contact_id) as contact_id,
    attempt.body,
    attempt.reference,
    attempt.called_at,
    clock_timestamp() as now,
    array(
        select other.provider_message_id
        from public.message_attempts as other
        where other.phone_number = attempt.phone_number
        and other.id <> attempt.id
        and other.provider_message_id is not null
        and other.called_at > attempt.called_at - interval '1 hour'
    ) as others
from public.message_attempts as attempt
join public.event_messages as message
    on message.id = attempt.message_id
    and message.attempt_id = attempt.id
    and message.status = 'uncertain'
join public.sending_accounts as account on account.name = attempt.account
where attempt.id = any ($1::bigint[])
and attempt.outcome = 'unknown'

-- public.begin_text_call(attempt_id): the last look before a text leaves, and the proof that its call may have been made.
--
-- From here on the attempt counts as called: should the daemon die now, its outcome is unknown. Until here it was certainly not sent. What is
-- checked is what a person may have changed since the text was taken up: the text itself, the account's and the event's emergency stop,
-- the wish of the number's owner, the deadline. The text's row is held, so a cancellation comes before the call or too late, never between.
--
-- Arguments: attempt_id.
-- Returns: verdict: go: make the call; wait: the rate allows it in wait_ms milliseconds, ask again then; stop: do not call, have the text
--          decided anew; wait_ms: 0 unless wait; reason: why to stop, or NULL.
-- Reads:  public.sending_accounts, public.event_messaging, public.sms_subscriptions, public.inbound_messages, public.event_attendees,
--         public.contractors, public.message_types
-- Writes: public.message_attempts
-- Locks:  the text's row (waits 2 s), then the account's, then the attempt's

create or replace function public.begin_text_call(attempt_id bigint, out verdict text, out wait_ms bigint, out reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    v_attempt public.message_attempts;
    v_message public.event_messages;
    v_account record;
    v_free_at timestamptz;
    v_now timestamptz := clock_timestamp();
begin
    wait_ms := 0;

    select attempt.* into v_attempt
    from public.message_attempts as attempt
    where attempt.id = begin_text_call.attempt_id;

    if v_attempt.outcome is distinct from 'prepared' then
        verdict := 'stop';
        reason := 'the attempt was given up';
        return;
    elsif v_attempt.not_before > v_now then
        verdict := 'wait';
        wait_ms := ceil(extract(epoch from v_attempt.not_before - v_now) * 1000);
        return;
    end if;

    select message.* into v_message
    from public.event_messages as message
    where message.id = v_attempt.message_id
    for update;

    -- Waiting for the row took time.
    v_now := clock_timestamp();
    verdict := 'stop';
    reason := case
        when v_message.id is null then 'the text was deleted'
        when v_message.status <> 'sending' or v_message.attempt_id <> v_attempt.id then 'the text was changed'
        when v_message.expires_at <= v_now then 'the text has become pointless'
        when exists (
            select from public.sending_accounts as account where account.name = v_attempt.account and account.paused
        ) then 'the account is paused'
        when exists (
            select from public.event_messaging as event where event.event_id = v_message.event_id and event.paused
        ) then 'the event is paused'
        when exists (
            select
            from public.sms_subscriptions as subscription
            left join public.message_types as type on type.message_type = v_message.message_type
            where subscription.phone_number = v_attempt.phone_number
            and (subscription.opted_in = false or subscription.undeliverable_at is not null)
            and not coalesce(type.overrides_opt_out, false)
        ) then 'the number has opted out'
        when exists (
            select
            from public.inbound_messages as inbound
            where inbound.phone_number = v_attempt.phone_number
            and inbound.wish = 'maybe_stop'
            and inbound.status = 'for_a_person'
        ) and not exists (
            select
            from public.message_types as type
            where type.message_type = v_message.message_type
            and type.overrides_opt_out
        ) then 'a person must decide first whether the number has opted out'
        when exists (
            select
            from public.event_attendees as attendee
            left join public.message_types as type on type.message_type = v_message.message_type
            where attendee.event_id = v_message.event_id
            and attendee.contractor_id = v_message.contractor_id
            and not attendee.sms_opt_in
            and coalesce(type.needs_consent, true)
        ) then 'the attendee has opted out'
        when v_message.event_id is null and exists (
            select
            from public.contractors as contractor
            left join public.message_types as type on type.message_type = v_message.message_type
            where contractor.id = v_message.contractor_id
            and not contractor.sms_opt_in
            and coalesce(type.needs_consent, true)
        ) then 'the person has taken back the consent'
    end;
    if reason is not null then
        return;
    end if;

    -- The rate, to the letter: whatever made a call late, no period sees one too many. One at a time, hence the account's row.
    select account.rate, public.paced_period(account.period) as period into v_account
    from public.sending_accounts as account
    where account.name = v_attempt.account
    for no key update;

    v_now := clock_timestamp();

    select latest.called_at + v_account.period into v_free_at
    from public.message_attempts as latest
    where latest.account = v_attempt.account
    and latest.called_at > v_now - v_account.period
    order by latest.called_at desc
    offset v_account.rate - 1
    limit 1;

    if v_free_at > v_now then
        verdict := 'wait';
        wait_ms := ceil(extract(epoch from v_free_at - v_now) * 1000);
        return;
    end if;

    update public.message_attempts as attempt
    set outcome = 'called', called_at = v_now
    where attempt.id = v_attempt.id
    and attempt.outcome = 'prepared';

    if found then
        verdict := 'go';
    else
        reason := 'the attempt was given up';
    end if;
end
$$;

comment on function public.begin_text_call(bigint) is 'The last look before a text leaves; marks its attempt as called.';

revoke execute on function public.begin_text_call(bigint) from public;

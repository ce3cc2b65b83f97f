-- messaging/numbers: what is known of the numbers that texts are about to go to.
--
-- Asked after the texts' rows are held and before attempts are written. A text that is under way counts as sent.
--
-- $1 bigint[]: texts; $2 text[]: their numbers, E.164.
-- Columns: message_id; opted_in: what the number said, NULL: nothing; peer_matching; undeliverable_reason, NULL: none;
--          is_undecided: somebody must decide first whether the number has opted out; free_at: when the
--          caps on texts to the number allow the next, NULL: now; has_it: somebody else with the number was sent the same.
-- Reads:  public.inbound_messages, public.sms_subscriptions, public.message_caps, public.message_attempts, public.event_messages
-- Locks:  none
select
    given.message_id,
    subscription.opted_in,
    coalesce(subscription.peer_matching, true) as peer_matching,
    subscription.undeliverable_reason,
    exists (
        select
        from public.inbound_messages as inbound
        where inbound.phone_number = given.phone_number
        and inbound.wish = 'maybe_stop'
        and inbound.status = 'for_a_person'
    ) as is_undecided,
    (
        select max(recent.at + cap.period)
        from public.message_caps as cap
        cross join lateral (
            select coalesce(attempt.called_at, attempt.prepared_at) as at
            from public.message_attempts as attempt
            where attempt.phone_number = given.phone_number
            and attempt.counts
            and attempt.called_at > clock_timestamp() - cap.period
            and attempt.outcome in ('called', 'accepted', 'unknown')
            order by attempt.called_at desc
            offset cap.most - 1
            limit 1
        ) as recent
    ) as free_at,
    exists (
        select
        from public.event_messages as message
        join public.message_attempts as attempt
            on attempt.phone_number = given.phone_number
            and attempt.called_at > clock_timestamp() - interval '1 day'
            and attempt.message_type = message.message_type
            and attempt.event_id = message.event_id
            and attempt.outcome in ('called', 'accepted', 'unknown')
        join public.event_messages as other on other.id = attempt.message_id
        where message.id = given.message_id
        and other.contractor_id <> message.contractor_id
        and other.agenda_item_id is not distinct from message.agenda_item_id
    ) as has_it
from unnest($1::bigint[], $2::text[]) as given (message_id, phone_number)
left join public.sms_subscriptions as subscription on subscription.phone_number = given.phone_number

-- messaging/begin_attempts: puts on record that texts are about to be sent, before any call.
--
-- Each call gets its moment of the account's rate: calls of all daemons are spaced by what one text takes. An attempt that was never called is
-- void from here on, so that whoever still holds it does not call.
--
-- $1 bigint[]: texts; $2 text[]: numbers; $3 text[]: what they say; $4 integer[]: segments; $5 bigint[]: the events that were claimed; $6 text[]: accounts;
-- $7 text[]: providers; $8 boolean[]: whether they count for caps.
-- Columns: message_id, attempt_id, reference.
-- Writes: public.sending_accounts, public.message_attempts, public.event_messages
-- Locks:  the texts, which are held already; the accounts in the order of their names
with
given as materialized (
    select
        given.message_id, given.phone_number, given.body, given.segments, given.event_id, given.account, given.provider, given.counts,
        row_number() over (partition by given.account order by message.priority, message.expires_at, given.message_id) as place,
        message.message_type, message.event_id as public_event_id
    from unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::text[], $7::text[], $8::boolean[])
        as given (message_id, phone_number, body, segments, event_id, account, provider, counts)
    join public.event_messages as message on message.id = given.message_id
),
locked as materialized (
    select account.name, public.paced_period(account.period) / account.rate as spacing, wanted.calls
    from public.sending_accounts as account
    join (select given.account, count(*) as calls from given group by given.account) as wanted on wanted.account = account.name
    order by account.name
    for no key update of account
),
moments as (
    update public.sending_accounts as account
    set next_call_at = greatest(account.next_call_at, clock_timestamp()) + locked.spacing * locked.calls
    from locked
    where account.name = locked.name
    returning account.name, account.next_call_at - locked.spacing * locked.calls as first_at, locked.spacing
),
voided as (
    update public.message_attempts as attempt
    set outcome = 'void'
    from given
    where attempt.message_id = given.message_id
    and attempt.outcome = 'prepared'
),
written as (
    insert into public.message_attempts (
        message_id, reference, account, provider, phone_number, body, segments, not_before, pipeline_event_id, message_type, event_id, counts
    )
    select
        given.message_id, gen_random_uuid()::text, given.account, given.provider, given.phone_number, given.body, given.segments,
        moments.first_at + moments.spacing * (given.place - 1), given.event_id, given.message_type, given.public_event_id, given.counts
    from given
    join moments on moments.name = given.account
    order by given.message_id
    returning id, message_id, reference
),
begun as (
    update public.event_messages as message
    set status = 'sending',
        attempt_id = written.id,
        attempts = message.attempts + 1,
        account = given.account,
        skip_reason = null
    from written
    join given on given.message_id = written.message_id
    where message.id = written.message_id
    returning message.id
)
select written.message_id, written.id as attempt_id, written.reference
from written
join begun on begun.id = written.message_id

-- messaging/apply_decisions: writes what was decided about texts; triggers see to their events.
--
-- queue: due and allowed, waits for its account's turn, in the order of priority and deadline; put_off: looked at again later; hold: until its
-- event is resumed; drop: not wanted any more; fail: it cannot be sent.
--
-- $1 bigint[]: texts; $2 text[]: verbs; $3 timestamptz[]: until when it is put off; $4 text[]: accounts; $5 text[]: reasons; $6 bigint[]: the events
-- that were claimed.
-- Writes: public.event_messages; by its triggers marketing.pipeline_events
-- Locks:  the texts, which are held already
with
given as materialized (
    select
        given.message_id, given.verb, given.until, given.account, given.reason, given.event_id,
        case
            when given.verb in ('queue', 'put_off') then nextval('marketing.pipeline_events_id_seq')
        end as new_event_id
    from (
        select unsorted.*
        from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::bigint[])
            as unsorted (message_id, verb, until, account, reason, event_id)
        join public.event_messages as message on message.id = unsorted.message_id
        order by message.priority, message.expires_at, message.id
    ) as given
)
update public.event_messages as message
set status = case given.verb when 'drop' then 'cancelled' when 'fail' then 'failed' else 'scheduled' end,
    queued_at = case when given.verb = 'queue' then clock_timestamp() end,
    send_at = case when given.verb = 'put_off' then given.until else message.send_at end,
    account = coalesce(given.account, message.account),
    attempt_id = null,
    skip_reason = case when given.verb in ('drop', 'put_off', 'hold') then given.reason end,
    error_message = case when given.verb = 'fail' then given.reason else message.error_message end,
    pipeline_event_id = case when given.verb in ('queue', 'put_off') then given.new_event_id when given.verb = 'hold' then null else message.pipeline_event_id end,
    caused_by = given.event_id
from given
where message.id = given.message_id

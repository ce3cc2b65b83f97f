-- cli/messages_show: a text with its attempts.
--
-- $1 bigint: the text.
-- Columns: row; none when there is no such text.
-- Reads:  public.event_messages, public.events, public.contractors, public.message_attempts
-- Locks:  none
select
    to_jsonb(message) || jsonb_build_object(
        'event_name', event.name,
        'contractor_name', contractor.name,
        'attempts_made', (
            select coalesce(jsonb_agg(to_jsonb(attempt) order by attempt.id), '[]')
            from public.message_attempts as attempt
            where attempt.message_id = message.id
        )
    ) as row
from public.event_messages as message
left join public.events as event on event.id = message.event_id
left join public.contractors as contractor on contractor.id = message.contractor_id
where message.id = $1::bigint

-- public.get_upcoming_messages(within, event_id): texts that are to be sent soon, the next first.
--
-- Arguments: within: how far ahead; event_id, NULL: of all events.
-- Returns: a row for each text: id, event_id, event_name, contractor_id, contractor_name, message_type, scheduled_time, send_at, priority,
--          expires_at, message_content, personalization_data, skip_reason: why it was put off.
-- Reads:  public.event_messages, public.events, public.contractors
-- Writes: nothing
-- Locks:  none

create or replace function public.get_upcoming_messages(within interval default '24 hours', event_id bigint default null)
returns table (
    id bigint, event_id bigint, event_name text, contractor_id bigint, contractor_name text, message_type text, scheduled_time timestamptz,
    send_at timestamptz, priority smallint, expires_at timestamptz, message_content text, personalization_data jsonb, skip_reason text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        message.id, message.event_id, event.name, message.contractor_id, contractor.name, message.message_type, message.scheduled_time,
        message.send_at, message.priority, message.expires_at, message.message_content, message.personalization_data, message.skip_reason
    from public.event_messages as message
    left join public.events as event on event.id = message.event_id
    left join public.contractors as contractor on contractor.id = message.contractor_id
    where message.status = 'scheduled'
    and message.direction = 'outbound'
    and message.scheduled_time <= now() + get_upcoming_messages.within
    and (get_upcoming_messages.event_id is null or message.event_id = get_upcoming_messages.event_id)
    order by message.scheduled_time, message.priority, message.id
$$;

comment on function public.get_upcoming_messages(interval, bigint) is
    'Texts of the next 24 hours, the next first: SELECT * FROM get_upcoming_messages(); or of another time: get_upcoming_messages(''2 hours'', 41).';

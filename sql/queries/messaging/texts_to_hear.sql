-- messaging/texts_to_hear: received texts that wait to be read, with who may have written them.
--
-- $1 bigint[]: received texts.
-- Columns: id; body; phone_number, NULL: not known; at: when it was sent to us; attachments; contractor_ids: the people with that number;
--          here: those of them who are at an event now, with its id, in the same order as here_events; lately, lately_events: who were at
--          one within a week, and at none now; is_operator: the number may order things. In the order in which the texts were sent.
-- Reads:  public.inbound_messages, public.contractors, public.event_attendees, public.events, public.admin_users
-- Locks:  the texts, in the order of their ids
with
held as materialized (
    select message.*
    from public.inbound_messages as message
    where message.id = any ($1::bigint[])
    and message.status = 'received'
    order by message.id
    for update
),
people as materialized (
    select held.id as inbound_id, contractor.id as contractor_id
    from held
    join public.contractors as contractor on contractor.phone = held.phone_number
    union
    select held.id, attendee.contractor_id
    from held
    join public.event_attendees as attendee on attendee.real_phone = held.phone_number
    union
    select held.id, held.contractor_id
    from held
    where held.contractor_id is not null
),
attended as materialized (
    -- The one at which somebody has checked in counts before one where he only registered.
    select distinct on (people.inbound_id, people.contractor_id)
        people.inbound_id, people.contractor_id, event.id as event_id,
        (held.stored_at at time zone event.timezone)::date between event.date and event.end_date as is_now
    from people
    join held on held.id = people.inbound_id
    join public.event_attendees as attendee on attendee.contractor_id = people.contractor_id
    join public.events as event on event.id = attendee.event_id
    where attendee.registration_status = 'registered'
    and event.status = 'scheduled'
    and event.is_active
    and (held.stored_at at time zone event.timezone)::date between event.date and event.end_date + 7
    and (attendee.checked_in or (held.stored_at at time zone event.timezone)::date <= event.end_date)
    order by people.inbound_id, people.contractor_id, is_now desc, attendee.check_in_time desc nulls last, event.id desc
)
select
    held.id,
    held.body,
    held.phone_number,
    coalesce(held.received_at, held.stored_at) as at,
    held.attachments,
    array(select people.contractor_id from people where people.inbound_id = held.id order by 1) as contractor_ids,
    array(select a.contractor_id from attended as a where a.inbound_id = held.id and a.is_now order by 1) as here,
    array(select a.event_id from attended as a where a.inbound_id = held.id and a.is_now order by a.contractor_id) as here_events,
    array(select a.contractor_id from attended as a where a.inbound_id = held.id and not a.is_now order by 1) as lately,
    array(select a.event_id from attended as a where a.inbound_id = held.id and not a.is_now order by a.contractor_id) as lately_events,
    exists (
        select from public.admin_users as operator where operator.admin_phone = held.phone_number and operator.sms_admin_access
    ) as is_operator
from held
order by at, held.id

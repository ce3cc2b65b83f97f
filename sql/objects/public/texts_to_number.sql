-- public.texts_to_number(phone): the texts that would go to a number and have not been handed over, but for the answers to STOP and HELP.
--
-- Arguments: phone: E.164.
-- Returns: numbers of texts.
-- Reads:  public.event_messages, public.contractors, public.event_attendees
-- Writes: nothing
-- Locks:  none

create or replace function public.texts_to_number(phone text)
returns table (message_id bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    people as materialized (
        select contractor.id from public.contractors as contractor where contractor.phone = texts_to_number.phone
        union
        select attendee.contractor_id from public.event_attendees as attendee where attendee.real_phone = texts_to_number.phone
    )
    select message.id
    from people
    join public.event_messages as message on message.contractor_id = people.id
    left join public.contractors as contractor on contractor.id = message.contractor_id
    left join public.event_attendees as attendee
        on attendee.event_id = message.event_id
        and attendee.contractor_id = message.contractor_id
    where message.direction = 'outbound'
    and message.channel = 'sms'
    and message.status in ('draft', 'scheduled', 'sending')
    and message.message_type not in ('opt_out_confirmation', 'help_reply')
    and coalesce(attendee.real_phone, contractor.phone, message.phone) = texts_to_number.phone
    union
    select message.id
    from public.event_messages as message
    where message.contractor_id is null
    and message.phone = texts_to_number.phone
    and message.direction = 'outbound'
    and message.channel = 'sms'
    and message.status in ('draft', 'scheduled', 'sending')
    and message.message_type not in ('opt_out_confirmation', 'help_reply');
end;

comment on function public.texts_to_number(text) is 'The texts that would go to a number and have not been handed over.';

-- public.obey_msg(event, whom, words): an operator has the people of an event told something.
--
-- Arguments: event; whom: ALL, CHECKEDIN or PENDING, in any case, empty: all; words.
-- Returns: the answer.
-- Reads:  public.event_attendees, public.contractors, public.sms_subscriptions
-- Writes: public.event_messages
-- Locks:  the new rows, in the order of the people

create or replace function public.obey_msg(event public.events, whom text, words text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_told bigint;
begin
    if lower(whom) not in ('', 'all', 'checkedin', 'pending') then
        return 'Nobody was told: write MSG ALL, MSG CHECKEDIN or MSG PENDING, then a colon and the words.';
    end if;

    insert into public.event_messages (event_id, contractor_id, message_type, message_content)
    select attendee.event_id, attendee.contractor_id, 'admin_custom', translate(words, '{}', '()')
    from public.event_attendees as attendee
    join public.contractors as contractor on contractor.id = attendee.contractor_id
    where attendee.event_id = event.id
    and attendee.registration_status = 'registered'
    and attendee.sms_opt_in
    and case lower(whom) when 'checkedin' then attendee.checked_in when 'pending' then not attendee.checked_in else true end
    and coalesce(attendee.real_phone, contractor.phone) is not null
    and not exists (
        select
        from public.sms_subscriptions as subscription
        where subscription.phone_number = coalesce(attendee.real_phone, contractor.phone)
        and not subscription.opted_in
    )
    order by attendee.contractor_id;
    get diagnostics v_told = row_count;

    return format('%s: your text goes to %s people.', event.name, v_told);
end
$$;

comment on function public.obey_msg(public.events, text, text) is 'An operator has the people of an event told something.';

revoke execute on function public.obey_msg(public.events, text, text) from public;

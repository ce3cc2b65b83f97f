-- public.obey_order(verb, argument, words, event_id): does what an operator orders, and says what was done.
--
-- Arguments: verb: delay, msg, status, checkin, cancel; argument: minutes, whom, a name, or a type of texts; words: of msg; event_id.
-- Returns: the answer.
-- Reads:  public.events, public.event_attendees, public.contractors, public.event_messages,
--         public.sms_subscriptions
-- Writes: public.event_messages, public.event_attendees; by public.agenda_delay what it writes
-- Locks:  the rows that are changed

create or replace function public.obey_order(verb text, argument text, words text, event_id bigint)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    c_names_most constant integer := 5;
    v_event public.events;
    v_count bigint;
    v_people bigint[];
    v_names text;
    v_words text;
begin
    select event.* into v_event from public.events as event where event.id = obey_order.event_id;

    case verb
        when 'delay' then
            v_count := public.agenda_delay(event_id, coalesce(nullif(argument, '')::integer, 15) * interval '1 minute');
            return format('%s: %s items of the agenda moved by %s minutes.', v_event.name, v_count, coalesce(nullif(argument, ''), '15'));
        when 'msg' then
            if lower(argument) not in ('', 'all', 'checkedin', 'pending') then
                return 'Nobody was told: write MSG ALL, MSG CHECKEDIN or MSG PENDING, then a colon and the words.';
            end if;

            insert into public.event_messages (event_id, contractor_id, message_type, message_content)
            select attendee.event_id, attendee.contractor_id, 'admin_custom', translate(words, '{}', '()')
            from public.event_attendees as attendee
            join public.contractors as contractor on contractor.id = attendee.contractor_id
            where attendee.event_id = obey_order.event_id
            and attendee.registration_status = 'registered'
            and attendee.sms_opt_in
            and case lower(argument) when 'checkedin' then attendee.checked_in when 'pending' then not attendee.checked_in else true end
            and coalesce(attendee.real_phone, contractor.phone) is not null
            and not exists (
                select
                from public.sms_subscriptions as subscription
                where subscription.phone_number = coalesce(attendee.real_phone, contractor.phone)
                and not subscription.opted_in
            )
            order by attendee.contractor_id;
            get diagnostics v_count = row_count;
            return format('%s: your text goes to %s people.', v_event.name, v_count);
        when 'status' then
            select format('%s: %s of %s checked in.', v_event.name, count(*) filter (where attendee.checked_in), count(*))
            into v_words
            from public.event_attendees as attendee
            where attendee.event_id = obey_order.event_id
            and attendee.registration_status = 'registered';

            return (
                select concat_ws(
                    ' ', v_words,
                    format(
                        '%s texts to come%s.', count(*),
                        ', the next at ' || to_char(min(message.send_at) at time zone v_event.timezone, 'HH24:MI')
                    ),
                    nullif(format('%s uncertain.', count(*) filter (where message.status = 'uncertain')), '0 uncertain.')
                )
                from public.event_messages as message
                where message.event_id = obey_order.event_id
                and message.status in ('scheduled', 'uncertain')
            );
        when 'checkin' then
            v_words := lower(regexp_replace(btrim(argument), '\s+', ' ', 'g'));

            -- The exact name wins over those that hold its words, or words that begin so.
            select array_agg(found.contractor_id), string_agg(found.name, ', ' order by found.name) filter (where found.nth <= c_names_most)
            into v_people, v_names
            from (
                select
                    called.contractor_id, called.name, row_number() over (order by called.name) as nth,
                    rank() over (order by called.plain = v_words desc) as place
                from (
                    select attendee.contractor_id, contractor.name, lower(regexp_replace(btrim(contractor.name), '\s+', ' ', 'g')) as plain
                    from public.event_attendees as attendee
                    join public.contractors as contractor on contractor.id = attendee.contractor_id
                    where attendee.event_id = obey_order.event_id
                    and attendee.registration_status = 'registered'
                ) as called
                where position(' ' || v_words in ' ' || called.plain) > 0
            ) as found
            where found.place = 1;

            if coalesce(cardinality(v_people), 0) <> 1 then
                return case when v_people is null then format('%s: nobody is called so: %s.', v_event.name, argument)
                    else format('%s: several are called so: %s. Write the whole name.', v_event.name, v_names) end;
            end if;

            update public.event_attendees as attendee
            set check_in_time = coalesce(attendee.check_in_time, clock_timestamp()),
                check_in_method = coalesce(attendee.check_in_method, 'manual')
            where attendee.event_id = obey_order.event_id
            and attendee.contractor_id = v_people[1];
            return format('%s: %s is checked in.', v_event.name, v_names);
        when 'cancel' then
            update public.event_messages as message
            set status = 'cancelled', skip_reason = 'An operator cancelled it by text.'
            where message.event_id = obey_order.event_id
            and message.status in ('draft', 'scheduled')
            and lower(argument) in ('all', message.message_type);
            get diagnostics v_count = row_count;
            return format('%s: %s texts cancelled.', v_event.name, v_count);
        else
            return 'Nothing was done: nobody knows that order.';
    end case;
exception
    when raise_exception or invalid_parameter_value or no_data_found or check_violation then
        return 'Nothing was done: ' || sqlerrm;
end
$$;

comment on function public.obey_order(text, text, text, bigint) is
    'Does what an operator orders: SELECT obey_order(''status'', '''', '''', 41). Returns what was done.';

revoke execute on function public.obey_order(text, text, text, bigint) from public;

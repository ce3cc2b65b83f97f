-- public.obey_status(event): what an operator is told who asks how an event goes.
--
-- Arguments: event.
-- Returns: the answer: who is there, what is still to be sent, what is uncertain.
-- Reads:  public.event_attendees, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.obey_status(event public.events)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select concat_ws(
        ' ',
        format('%s: %s of %s checked in.', (obey_status.event).name, people.there, people.registered),
        format(
            '%s texts to come%s.', texts.waiting, ', the next at ' || to_char(texts.next_at at time zone (obey_status.event).timezone, 'HH24:MI')
        ),
        nullif(format('%s uncertain.', texts.uncertain), '0 uncertain.')
    )
    from (
        select count(*) filter (where attendee.checked_in) as there, count(*) as registered
        from public.event_attendees as attendee
        where attendee.event_id = (obey_status.event).id
        and attendee.registration_status = 'registered'
    ) as people
    cross join (
        select
            count(*) as waiting, min(message.send_at) as next_at, count(*) filter (where message.status = 'uncertain') as uncertain
        from public.event_messages as message
        where message.event_id = (obey_status.event).id
        and message.status in ('scheduled', 'uncertain')
    ) as texts
$$;

comment on function public.obey_status(public.events) is 'What an operator is told who asks how an event goes.';

revoke execute on function public.obey_status(public.events) from public;

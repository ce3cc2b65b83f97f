-- public.obey_delay(event, minutes): an operator orders that what is still to come goes so much later.
--
-- Arguments: event; minutes: as written, empty: 15.
-- Returns: the answer.
-- Reads:  nothing
-- Writes: by public.agenda_delay what it writes
-- Locks:  as public.agenda_delay

create or replace function public.obey_delay(event public.events, minutes text)
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '%s: %s items of the agenda moved by %s minutes.', (obey_delay.event).name,
        public.agenda_delay((obey_delay.event).id, told.minutes::integer * interval '1 minute'), told.minutes
    )
    from (select coalesce(nullif(obey_delay.minutes, ''), '15') as minutes) as told
$$;

comment on function public.obey_delay(public.events, text) is 'An operator orders that what is still to come goes so much later.';

revoke execute on function public.obey_delay(public.events, text) from public;

-- public.obey_check_in(event, called): an operator checks somebody in by name.
--
-- The exact name wins over those that hold its words, or words that begin so. Of several nobody is checked in.
--
-- Arguments: event; called: a name or its beginning.
-- Returns: the answer.
-- Reads:  public.event_attendees, public.contractors
-- Writes: public.event_attendees
-- Locks:  the attendee

create or replace function public.obey_check_in(event public.events, called text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    c_names_most constant integer := 5;
    v_called constant text := lower(regexp_replace(btrim(called), '\s+', ' ', 'g'));
    v_people bigint[];
    v_names text;
begin
    select array_agg(found.contractor_id), string_agg(found.name, ', ' order by found.name) filter (where found.nth <= c_names_most)
    into v_people, v_names
    from (
        select
            known.contractor_id, known.name, row_number() over (order by known.name) as nth,
            rank() over (order by known.plain = v_called desc) as place
        from (
            select attendee.contractor_id, contractor.name, lower(regexp_replace(btrim(contractor.name), '\s+', ' ', 'g')) as plain
            from public.event_attendees as attendee
            join public.contractors as contractor on contractor.id = attendee.contractor_id
            where attendee.event_id = event.id
            and attendee.registration_status = 'registered'
        ) as known
        where position(' ' || v_called in ' ' || known.plain) > 0
    ) as found
    where found.place = 1;

    if v_people is null then
        return format('%s: nobody is called so: %s.', event.name, called);
    elsif cardinality(v_people) > 1 then
        return format('%s: several are called so: %s. Write the whole name.', event.name, v_names);
    end if;

    update public.event_attendees as attendee
    set check_in_time = coalesce(attendee.check_in_time, clock_timestamp()),
        check_in_method = coalesce(attendee.check_in_method, 'manual')
    where attendee.event_id = event.id
    and attendee.contractor_id = v_people[1];

    return format('%s: %s is checked in.', event.name, v_names);
end
$$;

comment on function public.obey_check_in(public.events, text) is 'An operator checks somebody in by name.';

revoke execute on function public.obey_check_in(public.events, text) from public;

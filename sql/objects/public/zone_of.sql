-- public.zone_of(contractor_id, event_id): whose clock counts for somebody.
--
-- Arguments: contractor_id; event_id, NULL: none.
-- Returns: IANA name: the person's own, else the event's, else that of the event attended last, else UTC.
-- Reads:  public.contractors, public.events, public.event_attendees
-- Writes: nothing
-- Locks:  none

create or replace function public.zone_of(contractor_id bigint, event_id bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(
        (select contractor.timezone from public.contractors as contractor where contractor.id = zone_of.contractor_id),
        (select event.timezone from public.events as event where event.id = zone_of.event_id),
        (
            select event.timezone
            from public.event_attendees as attendee
            join public.events as event on event.id = attendee.event_id
            where attendee.contractor_id = zone_of.contractor_id
            order by event.date desc
            limit 1
        ),
        'UTC'
    );
end;

comment on function public.zone_of(bigint, bigint) is 'Whose clock counts for somebody.';

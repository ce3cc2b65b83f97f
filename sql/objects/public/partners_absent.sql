-- public.partners_absent(event_id): partners who were not at an event: not as a sponsor, with a speaker or as an attendee's company.
--
-- Companies are told by number or by name, whatever their legal form.
--
-- Arguments: event_id.
-- Returns: partner_id; areas: what the partner serves, as list_of_areas spells it. Only of active partners.
-- Reads:  public.strategic_partners, public.event_sponsors, public.event_speakers, public.event_attendees, public.contractors
-- Writes: nothing
-- Locks:  none

create or replace function public.partners_absent(event_id bigint)
returns table (partner_id bigint, areas text[])
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select partner.id, public.list_of_areas(partner.focus_areas_served::text)
    from public.strategic_partners as partner
    cross join lateral (select public.plain_company(partner.name) as name offset 0) as plain
    where partner.is_active
    and not exists (
        select
        from public.event_sponsors as sponsor
        where sponsor.event_id = partners_absent.event_id
        and (sponsor.partner_id = partner.id or public.plain_company(sponsor.sponsor_name) = plain.name)
    )
    and not exists (
        select
        from public.event_speakers as speaker
        where speaker.event_id = partners_absent.event_id
        and public.plain_company(speaker.company) = plain.name
    )
    and not exists (
        select
        from public.event_attendees as attendee
        join public.contractors as person on person.id = attendee.contractor_id
        where attendee.event_id = partners_absent.event_id
        and public.plain_company(person.company_name) = plain.name
    );
end;

comment on function public.partners_absent(bigint) is 'Partners who were not at an event: SELECT * FROM partners_absent(41);';

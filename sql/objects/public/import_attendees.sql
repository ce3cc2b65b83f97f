-- public.import_attendees(event_id, attendees): registers the lines of a file, and names the bad ones.
--
-- A person is found by e-mail address, without one by phone and name. Of who is known, only what was not known is filled in; who is
-- registered stays so as he is. Doing it twice changes nothing.
--
-- Arguments: event_id; attendees: JSON array of objects of columns of public.contractors, and sms_opt_in: yes or no.
-- Returns: each line: its number, from 1; outcome: registered, known (was before, or stands twice in the file) or refused; reason, NULL:
--          not refused.
-- Reads:  nothing else
-- Writes: public.contractors, public.event_attendees
-- Locks:  the rows that change

create or replace function public.import_attendees(event_id bigint, attendees jsonb)
returns table (line bigint, outcome text, reason text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_registered bigint[];
begin
    insert into public.contractors (
        name, first_name, last_name, email, phone, company_name, company_website, service_area, address_city, address_state,
        address_postal_code, address_country, services_offered, focus_areas, primary_focus_area, revenue_tier, annual_revenue, team_size,
        job_title, timezone, onboarding_source
    )
    select distinct on (given.key)
        (given.person).name, (given.person).first_name, (given.person).last_name, (given.person).email, (given.person).phone,
        (given.person).company_name, (given.person).company_website, (given.person).service_area, (given.person).address_city,
        (given.person).address_state, (given.person).address_postal_code, (given.person).address_country,
        (given.person).services_offered, (given.person).focus_areas, (given.person).primary_focus_area, (given.person).revenue_tier,
        (given.person).annual_revenue, (given.person).team_size, (given.person).job_title, (given.person).timezone, 'import'
    from public.attendee_lines(attendees) as given
    where given.reason is null
    and not exists (
        select from public.contractors as known
        where coalesce(lower(known.email), known.phone || lower(known.name)) = given.key
    )
    order by given.key, given.line;

    update public.contractors as known
    set phone = coalesce(known.phone, (given.person).phone),
        company_name = coalesce(known.company_name, (given.person).company_name),
        service_area = coalesce(known.service_area, (given.person).service_area),
        services_offered = coalesce(known.services_offered, (given.person).services_offered),
        focus_areas = coalesce(known.focus_areas, (given.person).focus_areas),
        revenue_tier = coalesce(known.revenue_tier, (given.person).revenue_tier),
        team_size = coalesce(known.team_size, (given.person).team_size),
        job_title = coalesce(known.job_title, (given.person).job_title)
    from public.attendee_lines(attendees) as given
    where given.reason is null
    and coalesce(lower(known.email), known.phone || lower(known.name)) = given.key
    and (
        known.phone is null and (given.person).phone is not null
        or known.company_name is null and (given.person).company_name is not null
        or known.service_area is null and (given.person).service_area is not null
        or known.services_offered is null and (given.person).services_offered is not null
        or known.focus_areas is null and (given.person).focus_areas is not null
        or known.revenue_tier is null and (given.person).revenue_tier is not null
        or known.team_size is null and (given.person).team_size is not null
        or known.job_title is null and (given.person).job_title is not null
    );

    with
    people as (
        select distinct on (known.id) known.id as contractor_id, given.line, given.opted_in
        from public.attendee_lines(attendees) as given
        join public.contractors as known on coalesce(lower(known.email), known.phone || lower(known.name)) = given.key
        where given.reason is null
        order by known.id, given.line
    ),
    registered as (
        insert into public.event_attendees (event_id, contractor_id, sms_opt_in, sms_opt_in_source)
        select import_attendees.event_id, people.contractor_id, people.opted_in, case when people.opted_in then 'import' end
        from people
        order by people.line
        on conflict (event_id, contractor_id) do nothing
        returning contractor_id
    )
    select array_agg(people.line) into v_registered
    from people
    join registered on registered.contractor_id = people.contractor_id;

    return query
    select
        given.line,
        case
            when given.reason is not null then 'refused'
            when given.line = any (coalesce(v_registered, '{}')) then 'registered'
            else 'known'
        end,
        given.reason
    from public.attendee_lines(attendees) as given
    order by given.line;
end
$$;

comment on function public.import_attendees(bigint, jsonb) is 'Registers the lines of a file for an event, and names the bad ones; pgcascade import event calls it.';

-- public.import_event(event, days, speakers, sponsors): an event from what a file says, as often as you like.
--
-- It is found again by its name and first day; speakers and sponsors by their names. What the file says replaces what is there, what it
-- does not say stays. Times without a zone are on the wall of the event.
--
-- Arguments: event: a JSON object of columns of public.events; days, speakers, sponsors: JSON arrays of objects of columns of
--            event_days, event_speakers, event_sponsors. Empty text is as if it were not there.
-- Returns: the event's id.
-- Reads:  nothing else
-- Writes: public.events, public.event_days, public.event_speakers, public.event_sponsors
-- Locks:  the rows that change

create or replace function public.import_event(event jsonb, days jsonb default '[]', speakers jsonb default '[]', sponsors jsonb default '[]')
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_given constant public.events := jsonb_populate_record(null::public.events, public.without_blanks(event));
    v_id bigint;
begin
    select known.id into v_id
    from public.events as known
    where known.name = v_given.name
    and known.date = v_given.date;

    if v_id is null then
        insert into public.events (
            name, date, end_date, timezone, description, website, logo_url, location, format, sms_event_code, expected_attendees,
            registration_deadline, poc_name, poc_email, poc_phone, accelerated
        )
        values (
            v_given.name, v_given.date, v_given.end_date, v_given.timezone, v_given.description, v_given.website, v_given.logo_url,
            v_given.location, v_given.format, v_given.sms_event_code, v_given.expected_attendees, v_given.registration_deadline,
            v_given.poc_name, v_given.poc_email, v_given.poc_phone, coalesce(v_given.accelerated, false)
        )
        returning id into v_id;
    else
        update public.events as known
        set end_date = coalesce(v_given.end_date, known.end_date),
            timezone = coalesce(v_given.timezone, known.timezone),
            description = coalesce(v_given.description, known.description),
            website = coalesce(v_given.website, known.website),
            location = coalesce(v_given.location, known.location),
            expected_attendees = coalesce(v_given.expected_attendees, known.expected_attendees)
        where known.id = v_id;
    end if;

    insert into public.event_days as known (event_id, day_date, start_time, end_time, notes)
    select v_id, given.day_date, given.start_time, given.end_time, given.notes
    from jsonb_array_elements(days) as line
    cross join lateral jsonb_populate_record(null::public.event_days, public.without_blanks(line)) as given
    on conflict (event_id, day_date) do update
    set start_time = coalesce(excluded.start_time, known.start_time),
        end_time = coalesce(excluded.end_time, known.end_time),
        notes = coalesce(excluded.notes, known.notes);

    -- Read as on the wall; jsonb_populate_record alone would take the zone of the session.
    perform set_config('timezone', (select known.timezone from public.events as known where known.id = v_id), true);

    insert into public.event_speakers (
        event_id, name, title, company, bio, session_title, session_description, session_time, session_end, session_duration_minutes,
        session_location, focus_areas
    )
    select
        v_id, given.name, given.title, given.company, given.bio, given.session_title, given.session_description, given.session_time,
        given.session_end, given.session_duration_minutes, given.session_location, given.focus_areas
    from jsonb_array_elements(speakers) with ordinality as line (said, place)
    cross join lateral jsonb_populate_record(null::public.event_speakers, public.without_blanks(line.said)) as given
    where not exists (
        select from public.event_speakers as known
        where known.event_id = v_id
        and known.name = given.name
    )
    order by line.place;

    insert into public.event_sponsors (
        event_id, sponsor_name, sponsor_tier, booth_number, booth_location, focus_areas_served, talking_points, presentation_time,
        presentation_title
    )
    select
        v_id, given.sponsor_name, given.sponsor_tier, given.booth_number, given.booth_location, given.focus_areas_served,
        given.talking_points, given.presentation_time, given.presentation_title
    from jsonb_array_elements(sponsors) with ordinality as line (said, place)
    cross join lateral jsonb_populate_record(null::public.event_sponsors, public.without_blanks(line.said)) as given
    where not exists (
        select from public.event_sponsors as known
        where known.event_id = v_id
        and known.sponsor_name = given.sponsor_name
    )
    order by line.place;

    return v_id;
end
$$;

comment on function public.import_event(jsonb, jsonb, jsonb, jsonb) is
    'An event with its days, speakers and sponsors from what a file says; pgcascade import event calls it. Again is no second event.';

-- public.agenda_details(event_id): what texts may say about an event and about each item of its agenda.
--
-- Times are written as on the wall of the event. What is not known is left out.
--
-- Arguments: event_id.
-- Returns: agenda_item_id, NULL: the event as a whole; details: a JSON object. Of the event: event_name, event_date, event_time,
--          event_location, event_website, event_timezone, session_count, speaker_count, sponsor_count. Of an item: item_type,
--          session_title, session_time, session_end, session_location, track, and of who speaks speaker_name, speaker_title,
--          speaker_company, speaker_names; has_speaker.
-- Reads:  public.events, public.event_agenda_items, public.event_speakers, public.event_session_speakers, public.event_sponsors
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_details(event_id bigint)
returns table (agenda_item_id bigint, details jsonb, has_speaker boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once and not for every call: that would take longer than the call.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    select
        null::bigint,
        jsonb_strip_nulls(jsonb_build_object(
            'event_name', event.name,
            'event_date', to_char(event.date, 'FMDay, FMMonth FMDD'),
            'event_time', (
                select to_char(min(day.opens_at) at time zone event.timezone, 'FMHH12:MI AM')
                from public.agenda_days(event.id) as day
            ),
            'event_location', event.location,
            'event_website', event.website,
            'event_timezone', event.timezone,
            'session_count', (
                select count(*) from public.event_agenda_items as item
                where item.event_id = event.id
                and item.status <> 'cancelled'
                and item.item_type in ('session', 'keynote', 'panel', 'sponsor_session')
            ),
            'speaker_count', (select count(*) from public.event_speakers as speaker where speaker.event_id = event.id),
            'sponsor_count', (select count(*) from public.event_sponsors as sponsor where sponsor.event_id = event.id)
        )),
        false
    from public.events as event
    where event.id = agenda_details.event_id

    union all

    select
        item.id,
        jsonb_strip_nulls(jsonb_build_object(
            'event_name', event.name,
            'item_type', item.item_type,
            'session_title', item.title,
            'session_time', to_char(item.start_time at time zone event.timezone, 'FMHH12:MI AM'),
            'session_end', to_char(item.end_time at time zone event.timezone, 'FMHH12:MI AM'),
            'session_location', item.location,
            'track', item.track,
            'speaker_id', spoken.ids[1],
            'speaker_name', coalesce(spoken.names[1], sponsor.sponsor_name),
            'speaker_title', spoken.titles[1],
            'speaker_company', spoken.companies[1],
            'speaker_names', array_to_string(spoken.names, ', ')
        )),
        coalesce(spoken.names[1], sponsor.sponsor_name) is not null
    from public.events as event
    join public.event_agenda_items as item on item.event_id = event.id
    left join public.event_sponsors as sponsor on sponsor.id = item.sponsor_id and item.item_type = 'sponsor_session'
    cross join lateral (
        select
            array_agg(voice.id order by voice.place, voice.id) as ids,
            array_agg(voice.name order by voice.place, voice.id) as names,
            array_agg(voice.title order by voice.place, voice.id) as titles,
            array_agg(voice.company order by voice.place, voice.id) as companies
        from (
            select speaker.id, speaker.name, speaker.title, speaker.company, 0 as place
            from public.event_speakers as speaker
            where speaker.id = item.speaker_id
            union all
            select speaker.id, speaker.name, speaker.title, speaker.company, part.speaking_order
            from public.event_session_speakers as part
            join public.event_speakers as speaker on speaker.id = part.speaker_id
            where part.agenda_item_id = item.id
            and part.speaker_id is distinct from item.speaker_id
        ) as voice
    ) as spoken
    where event.id = agenda_details.event_id;
end
$$;

comment on function public.agenda_details(bigint) is 'What texts may say about an event and about each item of its agenda.';

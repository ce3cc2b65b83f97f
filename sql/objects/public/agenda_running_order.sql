-- public.agenda_running_order(event_id): what is to be laid out one after the other, day by day, before it has a time.
--
-- Speakers without a time of their own, in the order of their ids, as evenly over the days as their number allows. What a person
-- entered or changed is left out.
--
-- Arguments: event_id.
-- Returns: day_number, from 1; opens_at; noon; wants_lunch; place within the day; generation_key; item_type; title; minutes; pause:
--          minutes after it; speaker_id, location, synopsis, NULL: none. A day with nothing to be laid out is left out.
-- Reads:  public.events, public.event_days, public.event_speakers, public.event_agenda_items, and what agenda_fixed reads
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_running_order(event_id bigint)
returns table (
    day_number bigint, opens_at timestamptz, noon timestamptz, wants_lunch boolean, place bigint, generation_key text, item_type text,
    title text, minutes integer, pause integer, speaker_id bigint, location text, synopsis text
)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    event as materialized (
        select
            event.*,
            -- A rehearsal begins in ten minutes and keeps that time when it is laid out again.
            coalesce(
                (select min(item.start_time) from public.event_agenda_items as item where item.event_id = event.id),
                date_trunc('minute', now()) + interval '10 minutes'
            ) as rehearsed_at
        from public.events as event
        where event.id = agenda_running_order.event_id
    ),
    given as materialized (
        select item.*, (item.start_time at time zone event.timezone)::date as day_date
        from event
        join public.event_agenda_items as item on item.event_id = event.id
        where item.origin <> 'generated'
    ),
    days as (
        select
            row_number() over (order by day.day_date) as number,
            count(*) over () as days,
            day.day_date,
            coalesce(day.start_time, time '08:00') as opens,
            coalesce(day.end_time, time '23:59') as closes
        from (
            select day.day_date, day.start_time, day.end_time
            from event
            join public.event_days as day on day.event_id = event.id
            where not event.accelerated
            union all
            select moment::date, null, null
            from event
            cross join generate_series(event.date::timestamp, case when event.accelerated then event.date else event.end_date end, '1 day')
                as moment
            where event.accelerated
            or not exists (select from public.event_days as day where day.event_id = event.id)
        ) as day
    ),
    timed as (
        select
            days.*,
            case when event.accelerated then event.rehearsed_at else (days.day_date + days.opens) at time zone event.timezone end as opens_at,
            case
                when event.accelerated then event.rehearsed_at + interval '4 minutes'
                else (days.day_date + time '12:00') at time zone event.timezone
            end as noon,
            (event.accelerated or (days.opens < '12:00' and days.closes >= '12:30'))
                and not exists (
                    select from given
                    where given.day_date = days.day_date and given.item_type = 'lunch'
                    or given.generation_key = 'lunch:day-' || days.number
                ) as wants_lunch
        from event
        cross join days
    ),
    speakers as (
        select
            speaker.*,
            row_number() over (order by speaker.id) as place,
            count(*) over () as speakers
        from event
        join public.event_speakers as speaker on speaker.event_id = event.id
        where speaker.session_time is null
        and not public.is_on_agenda_by_hand(speaker.id)
    ),
    entries as (
        -- Of 7 speakers on 3 days, 3 speak on the first day and 2 on each of the others.
        select
            timed.number, 10 + speakers.place as place, 'speaker:' || speakers.id as generation_key, 'session' as item_type,
            coalesce(speakers.session_title, 'Session with ' || speakers.name) as title,
            coalesce(speakers.session_duration_minutes, 45) as minutes, 15 as pause, speakers.id as speaker_id,
            speakers.session_location as location, speakers.session_description as synopsis
        from speakers
        join timed on timed.number = (speakers.place - 1) * least(timed.days, speakers.speakers) / speakers.speakers + 1
        union all
        select timed.number, 1, 'registration:day-' || timed.number, 'registration', 'Registration',
            case timed.number when 1 then 60 else 30 end, 0, null, null, null
        from timed
        union all
        select timed.number, 2, 'opening:day-1', 'keynote', 'Opening', 30, 15, null, null, null
        from timed
        where timed.number = 1
    )
    select
        timed.number, timed.opens_at, timed.noon, timed.wants_lunch, entries.place, entries.generation_key, entries.item_type,
        entries.title, entries.minutes, entries.pause, entries.speaker_id, entries.location, entries.synopsis
    from event
    cross join timed
    join entries on entries.number = timed.number
    where not exists (
        select from given
        where given.generation_key = entries.generation_key
        or entries.speaker_id is null
        and given.day_date = timed.day_date
        and given.item_type = entries.item_type
        and given.status <> 'cancelled'
    )
    -- Registration and lunch alone are no day.
    and (
        exists (select from entries as talk where talk.number = timed.number and talk.speaker_id is not null)
        or exists (
            select from public.agenda_fixed(event.id) as talk
            where (talk.start_time at time zone event.timezone)::date = timed.day_date
        )
    )
    order by timed.number, entries.place;
end;

comment on function public.agenda_running_order(bigint) is 'What is to be laid out one after the other, day by day, before it has a time; for agenda_layout.';

-- public.follow_event(): when an event is moved to another day or zone, its days and its agenda go with it.
--
-- Hours on the wall stay: what was at 9 AM is at 9 AM on the new day, in the new zone. What would end before it begins, or last longer than
-- a day, because clocks change in between keeps its length instead.
--
-- Returns: nothing (row trigger).
-- Reads:  nothing else
-- Writes: public.event_days, public.event_agenda_items, public.event_speakers, public.event_sponsors
-- Locks:  the event's rows in them

create or replace function public.follow_event()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Two steps, because no two days of an event may meet on the way.
    c_out_of_the_way constant integer := 1000000;
    v_days constant integer := new.date - old.date;
begin
    if v_days <> 0 then
        update public.event_days as day
        set day_date = day.day_date + c_out_of_the_way
        where day.event_id = new.id;

        update public.event_days as day
        set day_date = day.day_date - c_out_of_the_way + v_days
        where day.event_id = new.id;
    end if;

    perform set_config('pgcascade.writer', 'follow_event', true);

    update public.event_agenda_items as item
    set start_time = moved.begins_at,
        end_time = case
            when moved.ends_at > moved.begins_at and moved.ends_at - moved.begins_at <= interval '24 hours' then moved.ends_at
            else moved.begins_at + (item.end_time - item.start_time)
        end
    from (
        select
            held.id,
            (held.start_time at time zone old.timezone + make_interval(days => v_days)) at time zone new.timezone as begins_at,
            (held.end_time at time zone old.timezone + make_interval(days => v_days)) at time zone new.timezone as ends_at
        from public.event_agenda_items as held
        where held.event_id = new.id
    ) as moved
    where item.id = moved.id;

    update public.event_speakers as speaker
    set session_time = moved.begins_at,
        session_end = case
            when moved.ends_at > moved.begins_at then moved.ends_at
            else moved.begins_at + (speaker.session_end - speaker.session_time)
        end
    from (
        select
            held.id,
            (held.session_time at time zone old.timezone + make_interval(days => v_days)) at time zone new.timezone as begins_at,
            (held.session_end at time zone old.timezone + make_interval(days => v_days)) at time zone new.timezone as ends_at
        from public.event_speakers as held
        where held.event_id = new.id
        and held.session_time is not null
    ) as moved
    where speaker.id = moved.id;

    update public.event_sponsors as sponsor
    set presentation_time =
        (sponsor.presentation_time at time zone old.timezone + make_interval(days => v_days)) at time zone new.timezone
    where sponsor.event_id = new.id
    and sponsor.presentation_time is not null;

    perform set_config('pgcascade.writer', '', true);

    return null;
end
$$;

comment on function public.follow_event() is 'Trigger function of events: another day or zone moves days and agenda, hours on the wall stay.';

create or replace trigger follow_event
    after update of date, timezone on public.events
    for each row
    when (old.date <> new.date or old.timezone <> new.timezone)
    execute function public.follow_event();

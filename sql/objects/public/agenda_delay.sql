-- public.agenda_delay(event_id, by): puts off the rest of today's agenda; what hangs on it goes along.
--
-- What runs ends later, what has not begun begins later. Before the event begins, its first day is put off. Items that were laid out
-- count as changed by a person from then on. Who did it is kept in event_timeline.
--
-- Arguments: event_id; by: how long, negative: earlier after all.
-- Returns: how many items moved.
-- Reads:  public.events, and what agenda_days reads
-- Writes: public.event_agenda_items, public.event_timeline
-- Locks:  the items of the day

create or replace function public.agenda_delay(event_id bigint, by interval)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_event public.events;
    v_day date;
    v_moved integer;
begin
    select event.* into v_event from public.events as event where event.id = agenda_delay.event_id;
    if v_event.id is null then
        raise no_data_found using
            message = format('There is no event %s.', agenda_delay.event_id),
            hint = 'SELECT id, name FROM events ORDER BY id';
    elsif by is null or by not between interval '-1 day' and interval '1 day' then
        raise invalid_parameter_value using
            message = 'An agenda is put off by at most a day.',
            hint = 'SELECT agenda_delay(41, ''15 minutes''); another day is an UPDATE of events.date.';
    end if;

    select min(day.day_date) into v_day
    from public.agenda_days(v_event.id) as day
    where day.day_date >= (now() at time zone v_event.timezone)::date;

    if v_day is null then
        raise invalid_parameter_value using
            message = format('Event %s is over.', v_event.id),
            hint = 'Its agenda is in event_agenda_items.';
    end if;

    update public.event_agenda_items as item
    set start_time = case when item.start_time > now() then item.start_time + by else item.start_time end,
        end_time = item.end_time + by
    where item.event_id = v_event.id
    and (item.start_time at time zone v_event.timezone)::date = v_day
    and (item.start_time > now() or item.end_time > now());
    get diagnostics v_moved = row_count;

    insert into public.event_timeline as timeline (event_id, day_date, delay_minutes, ceo_override_log)
    values (
        v_event.id, v_day, extract(epoch from by) / 60,
        jsonb_build_array(jsonb_build_object('at', now(), 'by', session_user, 'minutes', (extract(epoch from by) / 60)::integer))
    )
    on conflict (event_id, day_date) do update
    set delay_minutes = timeline.delay_minutes + excluded.delay_minutes,
        ceo_override_log = timeline.ceo_override_log || excluded.ceo_override_log;

    return v_moved;
end
$$;

comment on function public.agenda_delay(bigint, interval) is
    'Puts off the rest of today''s agenda, and with it texts and matching: SELECT agenda_delay(41, ''15 minutes'').';

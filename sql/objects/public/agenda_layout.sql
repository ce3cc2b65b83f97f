-- public.agenda_layout(event_id): the agenda that agenda_generate would lay out; changes nothing.
--
-- A day opens at 08:00, or when event_days says: registration, on the first day an opening, then the speakers with 15 minutes between
-- them, a break after every second session that another one follows, lunch at the gap nearest to noon whatever the number of speakers,
-- and a closing at the very end. Who has a time of his own speaks then. What a person entered or changed stays and keeps its time free.
-- In a rehearsal (accelerated) a minute takes a second.
--
-- Arguments: event_id.
-- Returns: generation_key: what the item stands for; item_type; title; start_time, end_time; speaker_id, sponsor_id, location, synopsis,
--          NULL: none.
-- Reads:  public.events, public.event_agenda_items, and what agenda_running_order reads
-- Writes: nothing
-- Locks:  none

create or replace function public.agenda_layout(event_id bigint)
returns table (
    generation_key text, item_type text, title text, start_time timestamptz, end_time timestamptz, speaker_id bigint, sponsor_id bigint,
    location text, synopsis text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_unit constant interval := (
        select case when event.accelerated then interval '1 second' else interval '1 minute' end
        from public.events as event
        where event.id = agenda_layout.event_id
    );
    v_busy tstzmultirange;
    v_entry record;
    v_day bigint := 0;
    v_sessions integer;
    v_cursor timestamptz;
    v_pause interval;
    v_lunch tstzrange;
    v_late tstzrange;
begin
    return query select fixed.* from public.agenda_fixed(agenda_layout.event_id) as fixed;

    select coalesce(range_agg(tstzrange(taken.start_time, coalesce(taken.end_time, taken.start_time + 45 * v_unit))), '{}') into v_busy
    from (
        select fixed.start_time, fixed.end_time from public.agenda_fixed(agenda_layout.event_id) as fixed
        union all
        select item.start_time, item.end_time
        from public.event_agenda_items as item
        where item.event_id = agenda_layout.event_id
        and item.origin <> 'generated'
        and item.status <> 'cancelled'
    ) as taken;

    for v_entry in
        select entry.*, lead(entry.day_number) over (order by entry.day_number, entry.place) is distinct from entry.day_number as is_last
        from public.agenda_running_order(agenda_layout.event_id) as entry
        order by entry.day_number, entry.place
    loop
        if v_entry.day_number <> v_day then
            v_day := v_entry.day_number;
            v_cursor := v_entry.opens_at;
            v_pause := '0';
            v_sessions := 0;
            v_lunch := null;
        end if;

        speaker_id := null;
        location := null;
        synopsis := null;

        -- Lunch now, unless after this session it would be nearer to noon.
        if v_entry.item_type = 'session' and v_entry.wants_lunch and v_lunch is null then
            v_lunch := public.next_slot(v_busy, v_cursor, 60 * v_unit);
            v_late := public.next_slot(
                v_busy, upper(public.next_slot(v_busy, v_cursor + v_pause, v_entry.minutes * v_unit)), 60 * v_unit
            );
            if public.distance(lower(v_lunch), v_entry.noon) <= public.distance(lower(v_late), v_entry.noon) then
                select 'lunch:day-' || v_day, 'lunch', 'Lunch', lower(v_lunch), upper(v_lunch)
                into generation_key, item_type, title, start_time, end_time;
                return next;
                v_busy := v_busy + v_lunch::tstzmultirange;
                v_cursor := end_time;
                v_pause := '0';
                v_sessions := 0;
            else
                v_lunch := null;
            end if;
        end if;

        if v_entry.item_type = 'session' and v_sessions = 2 then
            v_late := public.next_slot(v_busy, v_cursor, 15 * v_unit);
            select format('break-%s:day-%s', v_entry.place, v_day), 'break', 'Break', lower(v_late), upper(v_late)
            into generation_key, item_type, title, start_time, end_time;
            return next;
            v_busy := v_busy + v_late::tstzmultirange;
            v_cursor := end_time;
            v_pause := '0';
            v_sessions := 0;
        end if;

        v_late := public.next_slot(v_busy, v_cursor + v_pause, v_entry.minutes * v_unit);
        select v_entry.generation_key, v_entry.item_type, v_entry.title, lower(v_late), upper(v_late), v_entry.speaker_id,
            v_entry.location, v_entry.synopsis
        into generation_key, item_type, title, start_time, end_time, speaker_id, location, synopsis;
        return next;
        v_busy := v_busy + v_late::tstzmultirange;
        v_cursor := end_time;
        v_pause := v_entry.pause * v_unit;
        v_sessions := v_sessions + case v_entry.item_type when 'session' then 1 else 0 end;

        if v_entry.is_last and v_entry.wants_lunch and v_lunch is null then
            v_lunch := public.lunch_gap(v_busy, v_entry.opens_at, v_entry.noon, v_unit);
            return query select 'lunch:day-' || v_day, 'lunch', 'Lunch', lower(v_lunch), upper(v_lunch), null::bigint, null::bigint, null,
                null;
            v_busy := v_busy + v_lunch::tstzmultirange;
        end if;
    end loop;

    return query
    select 'closing', 'closing', 'Closing', upper(range_merge(v_busy)), upper(range_merge(v_busy)) + 30 * v_unit, null::bigint,
        null::bigint, null, null
    where v_day > 0
    and not exists (
        select from public.event_agenda_items as item
        where item.event_id = agenda_layout.event_id
        and item.item_type = 'closing'
        and item.origin <> 'generated'
    );
end
$$;

comment on function public.agenda_layout(bigint) is 'The agenda that agenda_generate would lay out; changes nothing: SELECT * FROM agenda_layout(41) ORDER BY start_time.';

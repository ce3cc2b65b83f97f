-- pipeline.fire_schedule(name, expected, due, next): emits a schedule's events and moves it on, unless somebody else has.
--
-- Daemons reckon independently and all call this at the same moment; the row's next_at decides, under its lock, who is first.
--
-- Arguments: name; expected: the next_at that was reckoned from; due: the times to emit for, may be empty; next: when it is due then, NULL:
--            never again.
-- Returns: true when this call moved it on.
-- Reads:  nothing
-- Writes: pipeline.schedules, marketing.pipeline_events
-- Locks:  the schedule's row

create or replace function pipeline.fire_schedule(name text, expected timestamptz, due timestamptz[], next timestamptz)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_schedule pipeline.schedules;
begin
    update pipeline.schedules as schedule
    set next_at = fire_schedule.next,
        last_at = coalesce((select max(at) from unnest(due) as at), schedule.last_at)
    where schedule.name = fire_schedule.name
    and schedule.next_at is not distinct from expected
    and schedule.enabled
    returning schedule.* into v_schedule;

    if not found then
        return false;
    end if;

    insert into marketing.pipeline_events (event_type, payload, priority)
    select
        v_schedule.event_type,
        v_schedule.payload || jsonb_build_object('schedule', v_schedule.name, 'due_at', at),
        v_schedule.priority
    from unnest(due) as at
    order by at;

    return true;
end
$$;

comment on function pipeline.fire_schedule(text, timestamptz, timestamptz[], timestamptz) is
    'Emits what a schedule is due for and moves it on; false when another daemon was first.';

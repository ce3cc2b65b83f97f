-- pipeline.move_scheduled(event_ids, run_ats, priorities): gives events that wait for their time another one ahead; all at one go.
--
-- What pipeline.follow_status does for each row, this does for the statement, and keeps it from doing it again: a setting of the
-- transaction, which nobody else makes, is the condition of that trigger. An event that somebody holds at this moment is left alone, and
-- so is one that is due by its new time.
--
-- Arguments: event_ids with their run_ats (NULL: keep it) and priorities, in the same order.
-- Returns: the events that were moved; NULL: none.
-- Reads:  nothing
-- Writes: pipeline.scheduled, marketing.pipeline_events
-- Locks:  the events that nobody else holds, in the order of their ids, then their rows of pipeline.scheduled

create or replace function pipeline.move_scheduled(event_ids bigint[], run_ats timestamptz[], priorities smallint[])
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- Planned for each call: a plan that was made while the schedule was empty would read all of it for each event.
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    v_done bigint[];
begin
    -- Until the end of this function, or of the transaction that fails in it.
    perform set_config('pipeline.in_bulk', 'on', true);

    with
    waiting as materialized (
        select event.id, event.run_at as former_run_at, coalesce(given.run_at, event.run_at) as run_at, given.priority
        from unnest(event_ids, run_ats, priorities) as given (event_id, run_at, priority)
        join marketing.pipeline_events as event on event.id = given.event_id
        where event.status = 'pending'
        and coalesce(given.run_at, event.run_at) > clock_timestamp()
        order by event.id
        for update of event skip locked
    ),
    rescheduled as materialized (
        update pipeline.scheduled
        set run_at = waiting.run_at
        from waiting
        where scheduled.run_at = waiting.former_run_at
        and scheduled.event_id = waiting.id
        returning scheduled.event_id, waiting.run_at, waiting.priority
    ),
    moved as (
        update marketing.pipeline_events as event
        set run_at = rescheduled.run_at, priority = rescheduled.priority
        from rescheduled
        where event.id = rescheduled.event_id
        returning event.id
    )
    select array_agg(moved.id) into v_done from moved;

    perform set_config('pipeline.in_bulk', '', true);

    if v_done is not null then
        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_done;
end
$$;

comment on function pipeline.move_scheduled(bigint[], timestamptz[], smallint[]) is
    'Gives events that wait for their time another one ahead, with one statement.';

-- public.move_message_events(event_ids, run_ats, priorities): gives events of texts another time and priority.
--
-- An event that somebody holds at this moment is being claimed: the stage looks at the text after us and finds its new time there. To wait
-- for it would be a deadlock, since the stage waits for the text.
--
-- Arguments: event_ids with their run_ats (NULL: keep it) and priorities, in the same order.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: marketing.pipeline_events; by its trigger the hot tables
-- Locks:  the events that nobody else holds, in the order of their ids

create or replace function public.move_message_events(event_ids bigint[], run_ats timestamptz[], priorities smallint[])
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
    with
    moved as materialized (
        select event.id, given.run_at, given.priority
        from unnest(event_ids, run_ats, priorities) as given (event_id, run_at, priority)
        join marketing.pipeline_events as event on event.id = given.event_id
        where event.status = 'pending'
        order by event.id
        for update of event skip locked
    )
    update marketing.pipeline_events as event
    set run_at = coalesce(moved.run_at, event.run_at), priority = moved.priority
    from moved
    where event.id = moved.id
$$;

comment on function public.move_message_events(bigint[], timestamptz[], smallint[]) is 'Moves events of texts that still wait.';

revoke execute on function public.move_message_events(bigint[], timestamptz[], smallint[]) from public;

-- public.move_message_events(event_ids, run_ats, priorities, deadlines): gives events of texts another time, priority and deadline.
--
-- An event that somebody holds at this moment is being claimed: the stage looks at the text after us and finds its new time there. To wait
-- for it would be a deadlock, since the stage waits for the text.
--
-- Arguments: event_ids with their run_ats (NULL: keep it), priorities and deadlines (NULL: none), in the same order.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: marketing.pipeline_events; by its triggers, and by pipeline.move_scheduled, the hot tables
-- Locks:  the events that nobody else holds, in the order of their ids

drop function if exists public.move_message_events(bigint[], timestamptz[], smallint[]);

create or replace function public.move_message_events(
    event_ids bigint[], run_ats timestamptz[], priorities smallint[], deadlines timestamptz[]
)
returns void
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
    -- Nearly all, where they are many. One that gets a deadline is being tried again, and goes the long way.
    v_done constant bigint[] := case
        when array_remove(deadlines, null) = '{}' then pipeline.move_scheduled(event_ids, run_ats, priorities)
    end;
begin
    if cardinality(v_done) = cardinality(event_ids) then
        return;
    end if;

    with
    moved as materialized (
        select event.id, given.run_at, given.priority, given.deadline
        from unnest(event_ids, run_ats, priorities, deadlines) as given (event_id, run_at, priority, deadline)
        join marketing.pipeline_events as event on event.id = given.event_id
        where event.status = 'pending'
        and (
            event.run_at <> coalesce(given.run_at, event.run_at)
            or event.priority <> given.priority
            or event.deadline is distinct from given.deadline
        )
        order by event.id
        for update of event skip locked
    )
    update marketing.pipeline_events as event
    set run_at = coalesce(moved.run_at, event.run_at), priority = moved.priority, deadline = moved.deadline
    from moved
    where event.id = moved.id;
end
$$;

comment on function public.move_message_events(bigint[], timestamptz[], smallint[], timestamptz[]) is 'Moves events of texts that still wait.';

revoke execute on function public.move_message_events(bigint[], timestamptz[], smallint[], timestamptz[]) from public;

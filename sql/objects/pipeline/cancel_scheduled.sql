-- pipeline.cancel_scheduled(event_ids, reason): cancels, of these events, those that wait for their time; all at one go.
--
-- What pipeline.follow_status does for each row, this does for the statement, and keeps it from doing it again: a setting of the
-- transaction, which nobody else makes, is the condition of that trigger. An event that somebody holds at this moment is left alone.
--
-- Arguments: event_ids; reason, for the ledger.
-- Returns: the events that were cancelled; NULL: none.
-- Reads:  nothing
-- Writes: pipeline.scheduled, marketing.pipeline_events, pipeline.endings
-- Locks:  the events that nobody else holds, in the order of their ids, then their rows of pipeline.scheduled

create or replace function pipeline.cancel_scheduled(event_ids bigint[], reason text)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- Of many a plan that was made for a few would look up one after the other.
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    -- For so few the plan is the same every time, and to make it takes longer than all the rest.
    c_few constant integer := 100;
    v_done bigint[];
begin
    if cardinality(event_ids) <= c_few then
        perform set_config('plan_cache_mode', 'force_generic_plan', true);
    end if;

    -- Until the end of this function, or of the transaction that fails in it.
    perform set_config('pipeline.in_bulk', 'on', true);

    with
    waiting as materialized (
        select event.id, event.run_at
        from unnest(event_ids) as given (event_id)
        join marketing.pipeline_events as event on event.id = given.event_id
        where event.status = 'pending'
        order by event.id
        for update of event skip locked
    ),
    -- One by one by their keys: a join that was planned while the schedule was empty would read all of it.
    taken as materialized (
        delete from pipeline.scheduled
        where scheduled.ctid = any (
            array(
                select due.place
                from waiting
                cross join lateral (
                    select scheduled.ctid as place
                    from pipeline.scheduled
                    where scheduled.run_at = waiting.run_at
                    and scheduled.event_id = waiting.id
                    limit 1
                ) as due
            )
        )
        returning scheduled.event_id
    ),
    cancelled as (
        update marketing.pipeline_events as event
        set status = 'cancelled', processed_at = clock_timestamp(), error_message = cancel_scheduled.reason
        from taken
        where event.id = taken.event_id
        returning event.id, event.event_type
    ),
    counted as (
        insert into pipeline.endings (event_type, cancelled)
        select cancelled.event_type, count(*)
        from cancelled
        group by cancelled.event_type
    )
    select array_agg(cancelled.id) into v_done from cancelled;

    perform set_config('pipeline.in_bulk', '', true);

    return v_done;
end
$$;

comment on function pipeline.cancel_scheduled(bigint[], text) is 'Cancels, of these events, those that wait for their time, with one statement.';

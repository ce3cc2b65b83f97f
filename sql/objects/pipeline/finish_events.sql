-- pipeline.finish_events(event_ids, statuses, delays_ms, spent, errors): writes what became of a batch.
--
-- One row of the arrays for each event. processed, failed and cancelled are final; pending puts the event off by delays_ms and
-- takes the attempt back unless it was spent. A failed event also gets its row in marketing.pipeline_errors.
--
-- When all are processed, spent and errors are not read: a processed event has neither.
--
-- Arguments: event_ids; statuses; delays_ms in milliseconds (0 when final); spent: whether the attempt counts; errors: why, or
--            NULL; stage_name for the error log.
-- Returns: how many events were written.
-- Reads:  nothing
-- Writes: marketing.pipeline_events, marketing.pipeline_errors, pipeline.endings; by its trigger the hot tables
-- Locks:  the events, in the order of their ids

create or replace function pipeline.finish_events(
    event_ids bigint[],
    statuses text[],
    delays_ms bigint[],
    spent boolean[],
    errors text[],
    stage_name text
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    -- They leave the other partitions out.
    v_first bigint;
    v_last bigint;
    v_written bigint;
begin
    select min(given.id), max(given.id) into v_first, v_last from unnest(finish_events.event_ids) as given (id);

    -- Nearly always.
    if 'processed' = all (statuses) then
        with
        written as (
            update marketing.pipeline_events as event
            set status = 'processed',
                processed_at = clock_timestamp(),
                error_message = null
            where event.id = any (finish_events.event_ids)
            and event.id between v_first and v_last
            returning event.event_type
        ),
        counted as (
            insert into pipeline.endings (event_type, processed)
            select written.event_type, count(*)
            from written
            group by written.event_type
        )
        select count(*) into v_written from written;

        return v_written;
    end if;

    with
    ending as materialized (
        -- Named twice it ends once, as it was named first.
        select distinct on (given.event_id) given.event_id, given.status, given.delay_ms, given.spent, given.error
        from unnest(event_ids, statuses, delays_ms, finish_events.spent, errors)
            with ordinality as given (event_id, status, delay_ms, spent, error, place)
        order by given.event_id, given.place
    ),
    written as (
        update marketing.pipeline_events as event
        set status = ending.status,
            run_at = case
                when ending.status = 'pending' then clock_timestamp() + ending.delay_ms * interval '1 millisecond'
                else event.run_at
            end,
            attempts = greatest(event.attempts - case when ending.spent then 0 else 1 end, 0),
            processed_at = case when ending.status = 'pending' then null else clock_timestamp() end,
            error_message = ending.error
        from ending
        where event.id = ending.event_id
        -- Said twice: a ledger that is empty by its statistics would be read from end to end.
        and event.id = any (finish_events.event_ids)
        and event.id between v_first and v_last
        returning event.id
    ),
    logged as (
        insert into marketing.pipeline_errors (event_id, event_type, record_id, error_message, error_details, severity)
        select
            event.id,
            event.event_type,
            pipeline.record_of(event.id, event.payload),
            ending.error,
            jsonb_build_object('stage', stage_name, 'attempts', greatest(event.attempts - case when ending.spent then 0 else 1 end, 0)),
            'error'
        from ending
        join written on written.id = ending.event_id
        join marketing.pipeline_events as event
            on event.id = ending.event_id
            and event.id = any (finish_events.event_ids)
            and event.id between v_first and v_last
        where ending.status = 'failed'
    ),
    -- What was begun in this transaction has been counted as processed. What is cancelled, pipeline.follow_status counts.
    counted as (
        insert into pipeline.endings (event_type, processed, failed)
        select
            event.event_type,
            count(*) filter (where ending.status = 'processed') - count(*) filter (where event.status = 'processed'),
            count(*) filter (where ending.status = 'failed')
        from ending
        join written on written.id = ending.event_id
        join marketing.pipeline_events as event
            on event.id = ending.event_id
            and event.id = any (finish_events.event_ids)
            and event.id between v_first and v_last
        group by event.event_type
        having bool_or(ending.status in ('processed', 'failed') or event.status = 'processed')
    )
    select count(*) into v_written from written;

    return v_written;
end
$$;

comment on function pipeline.finish_events(bigint[], text[], bigint[], boolean[], text[], text) is
    'Writes what became of a batch of events: final, or pending again after a delay.';

-- pipeline.claim_in_database(stage_id): takes a batch of events for a stage that works inside this transaction.
--
-- The events become processed at once, in the caller's transaction: work, result and the next events commit together with it or
-- not at all, and whoever cancels one of them meanwhile waits and finds it processed. A failure found during the work is written
-- afterwards by pipeline.finish_events. Event ids without a pending ledger row are dropped: they were settled by other means.
--
-- Whoever updates the same events at this moment must not lose to a deadlock: the claim gives up first and is repeated.
--
-- Planner settings are pinned: the tables are far larger or far emptier than their statistics say, and the only right plan is
-- the one through the primary keys.
--
-- Arguments: stage_id of pipeline.stages.
-- Returns: the events, up to the stage's batch_size; none while it is paused.
-- Reads:  pipeline.stages, pipeline.limits
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.parked, marketing.pipeline_events
-- Locks:  rows of pipeline.ready that nobody else holds, then their events

create or replace function pipeline.claim_in_database(stage_id smallint)
returns table (event_id bigint, event_type text, payload jsonb, attempt smallint)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set lock_timeout = '500ms'
as $$
#variable_conflict use_column
declare
    -- So many batches of rows without an event are dropped by one claim.
    c_rounds constant integer := 20;
    v_batch_size integer;
    v_timeout interval;
    v_limiter text;
    v_admitted bigint[];
begin
    select stage.batch_size, stage.timeout, stage.limiter into v_batch_size, v_timeout, v_limiter
    from pipeline.stages as stage
    where stage.id = claim_in_database.stage_id
    and not stage.paused;

    if not found then
        return;
    end if;

    -- Bounds the statements of the work that follows in this transaction.
    perform set_config('statement_timeout', (extract(epoch from v_timeout) * 1000)::bigint::text, true);

    -- Under a limit another function chooses, and nothing is left to choose here.
    if v_limiter is not null then
        v_admitted := array(select pipeline.admit(claim_in_database.stage_id, v_limiter, v_batch_size, false));
        v_batch_size := 0;
    end if;

    -- Rows whose event is gone or settled are dropped on the way, and must not hide those behind them.
    for v_round in 1 .. c_rounds loop
        return query
        with
        -- An event that a daemon died holding is a batch of its own.
        lone as materialized (
            select ready.ctid as place
            from pipeline.ready
            where ready.stage_id = claim_in_database.stage_id
            and ready.alone
            and v_limiter is null
            order by ready.event_id
            limit 1
            for update skip locked
        ),
        batch as materialized (
            select ready.ctid as place
            from pipeline.ready
            where ready.stage_id = claim_in_database.stage_id
            and not ready.alone
            and not exists (select from lone)
            order by ready.priority, ready.event_id
            limit v_batch_size
            for update skip locked
        ),
        taken as (
            delete from pipeline.ready
            where ready.ctid = any (array(select lone.place from lone union all select batch.place from batch))
            returning ready.event_id
        ),
        chosen as (
            select taken.event_id from taken
            union all
            select unnest(v_admitted)
        )
        update marketing.pipeline_events as event
        set status = 'processed',
            attempts = least(event.attempts + 1, 1000),
            claimed_at = clock_timestamp(),
            processed_at = clock_timestamp(),
            error_message = null
        from chosen
        where event.id = chosen.event_id
        and event.status = 'pending'
        returning event.id, event.event_type, event.payload, event.attempts;
        exit when found
        or v_limiter is not null
        or not exists (select from pipeline.ready where ready.stage_id = claim_in_database.stage_id);
    end loop;
end
$$;

comment on function pipeline.claim_in_database(smallint) is
    'Claims a batch for a stage that works in this transaction; the events are processed when it commits.';

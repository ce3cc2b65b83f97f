-- pipeline.claim_in_database(stage_id, after_ids): takes a batch of events for a stage that works inside this transaction.
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
-- Arguments: stage_id of pipeline.stages; after_ids: for each priority the id up to which nothing new can come, NULL: look at all.
-- Returns: the events, up to the stage's batch_size; none while it is paused. With the first of them reached_ids, oldest_xid and next_xid, as of
--          pipeline.take; NULL under a limit. waited_seconds: since it was written, or due.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.parked, marketing.pipeline_events
-- Locks:  rows of pipeline.ready that nobody else holds, then their events

drop function if exists pipeline.claim_in_database(smallint);

create or replace function pipeline.claim_in_database(stage_id smallint, after_ids bigint[] default null)
returns table (
    event_id bigint, event_type text, payload jsonb, attempt smallint, reached_ids bigint[], oldest_xid bigint, next_xid bigint,
    waited_seconds double precision
)
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
    v_take record;
    v_ids bigint[];
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

    -- Rows whose event is gone or settled are dropped on the way, and must not hide those behind them.
    for v_round in 1 .. c_rounds loop
        if v_limiter is null then
            select take.* into v_take from pipeline.take(claim_in_database.stage_id, v_batch_size, after_ids) as take;
            v_ids := v_take.event_ids;
        else
            v_ids := array(select pipeline.admit(claim_in_database.stage_id, v_limiter, v_batch_size, false));
            select null::bigint[] as reached_ids, null::bigint as oldest_xid, null::bigint as next_xid into v_take;
        end if;

        exit when coalesce(cardinality(v_ids), 0) = 0;

        return query
        with begun as (
            update marketing.pipeline_events as event
            set status = 'processed',
                attempts = least(event.attempts + 1, 1000),
                claimed_at = clock_timestamp(),
                processed_at = clock_timestamp(),
                error_message = null
            from unnest(v_ids) as chosen (event_id)
            where event.id = chosen.event_id
            and event.status = 'pending'
            returning event.id, event.event_type, event.payload, event.attempts,
                extract(epoch from clock_timestamp() - greatest(event.created_at, event.run_at))::double precision as waited_seconds
        )
        select
            begun.id, begun.event_type, begun.payload, begun.attempts,
            case when row_number() over () = 1 then v_take.reached_ids end,
            v_take.oldest_xid, v_take.next_xid, begun.waited_seconds
        from begun;

        exit when found;
    end loop;
end
$$;

comment on function pipeline.claim_in_database(smallint, bigint[]) is
    'Claims a batch for a stage that works in this transaction; the events are processed when it commits.';

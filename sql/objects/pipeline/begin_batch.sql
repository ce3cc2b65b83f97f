-- pipeline.begin_batch(stage_id, after_ids, worker_id, skips_held): takes a batch of events for a stage that works inside this transaction, and
-- begins it.
--
-- The events become processed at once, in the caller's transaction: work, result and the next events commit together with it or
-- not at all, and whoever cancels one of them meanwhile waits and finds it processed. A failure found during the work is written
-- afterwards by pipeline.finish_events. Event ids without a pending ledger row are dropped: they were settled by other means.
--
-- Whoever updates the same events at this moment must not lose to a deadlock: the claim gives up first and is repeated, by a caller that
-- then has held events skipped.
--
-- An event that a death has made suspect comes alone, and is only noted as held (pipeline.hold_alone): the caller commits that before it works.
--
-- Planner settings are pinned: the tables are far larger or far emptier than their statistics say, and the only right plan is
-- the one through the primary keys.
--
-- Arguments: stage_id of pipeline.stages; after_ids: for each priority the id up to which nothing new can come, NULL: look at all;
--            worker_id of the daemon, NULL: suspects are begun like others; skips_held: whether to set aside events that somebody else
--            holds in the ledger, which costs a look at each.
-- Returns: event_ids and attempts of the batch, up to the stage's batch_size, in no order; NULL: none waits, or the stage is paused. timeout:
--          the stage's. reached_ids, oldest_xid and next_xid, as of pipeline.take; NULL under a limit. waited_seconds: of the event that
--          waited longest since it was written, or due. claim_seconds: since the caller's statement began. epoch: of the note, for an event
--          that must run alone; else NULL. due_since: since when each event has waited, in the order of event_ids; claimed_at: until when.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.waiting_keys, pipeline.parked, pipeline.inflight, marketing.pipeline_events,
--         pipeline.endings
-- Locks:  rows of pipeline.ready that nobody else holds, under a limit buckets and parked rows, then their events

drop function if exists pipeline.begin_batch(smallint, bigint[], integer, boolean);

create or replace function pipeline.begin_batch(
    stage_id smallint,
    after_ids bigint[],
    worker_id integer,
    skips_held boolean,
    out event_ids bigint[],
    out attempts smallint[],
    out timeout interval,
    out reached_ids bigint[],
    out oldest_xid bigint,
    out next_xid bigint,
    out waited_seconds double precision,
    out claim_seconds double precision,
    out epoch bigint,
    out due_since timestamptz[],
    out claimed_at timestamptz
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
declare
    -- So many batches of rows without an event are dropped by one claim.
    c_rounds constant integer := 20;
    v_batch_size integer;
    v_event_type text;
    v_limiter text;
    v_take record;
    v_ids bigint[];
    v_admitted bigint[];
    v_first bigint;
    v_last bigint;
    v_suspects bigint[];
begin
    select stage.batch_size, stage.event_type, stage.limiter, stage.timeout into v_batch_size, v_event_type, v_limiter, timeout
    from pipeline.stages as stage
    where stage.id = begin_batch.stage_id
    and not stage.paused;

    if not found then
        return;
    end if;

    -- Rows whose event is gone or settled are dropped on the way, and must not hide those behind them.
    for v_round in 1 .. c_rounds loop
        if v_limiter is null then
            v_take := pipeline.take(begin_batch.stage_id, v_batch_size, after_ids);
            v_ids := v_take.event_ids;
            v_suspects := case when v_take.is_alone then v_ids end;
            reached_ids := v_take.reached_ids;
            oldest_xid := v_take.oldest_xid;
            next_xid := v_take.next_xid;
        else
            -- Once: other buckets would be waited for while these are held.
            exit when v_round > 1;
            v_suspects := array(select ready.event_id from pipeline.ready where ready.stage_id = begin_batch.stage_id and ready.alone);
            v_admitted := array(select pipeline.admit(begin_batch.stage_id, v_limiter, v_batch_size, false));
            v_ids := v_admitted;
        end if;

        exit when coalesce(cardinality(v_ids), 0) = 0;

        if skips_held then
            v_ids := pipeline.set_aside_locked(v_ids, begin_batch.stage_id, v_suspects);
            continue when v_ids = '{}';
        end if;

        -- It comes alone: there is one.
        if worker_id is not null and v_ids && v_suspects then
            epoch := pipeline.hold_alone(begin_batch.stage_id, v_ids[1], worker_id);
            continue when epoch is null;

            event_ids := v_ids;
            waited_seconds := 0;
            return;
        end if;

        if cardinality(v_ids) = 1 then
            v_first := v_ids[1];
            v_last := v_ids[1];
        else
            select min(chosen.id), max(chosen.id) into v_first, v_last from unnest(v_ids) as chosen (id);
        end if;

        with
        begun as (
            update marketing.pipeline_events as event
            set status = 'processed',
                attempts = least(event.attempts + 1, 1000),
                claimed_at = clock_timestamp(),
                processed_at = clock_timestamp(),
                error_message = null
            -- No join: a ledger that is empty by its statistics would be read from end to end. The bounds leave the other partitions out.
            where event.id = any (v_ids)
            and event.id between v_first and v_last
            and event.status = 'pending'
            returning event.id, event.attempts, greatest(event.created_at, event.run_at) as due_since
        ),
        counted as (
            insert into pipeline.endings (event_type, processed)
            select v_event_type, count(*)
            from begun
            having count(*) > 0
        )
        select
            array_agg(begun.id), array_agg(begun.attempts), array_agg(begun.due_since), clock_timestamp(),
            -- Not extract(), which takes a detour through numeric.
            date_part('epoch', clock_timestamp() - min(begun.due_since)), date_part('epoch', clock_timestamp() - statement_timestamp())
        into event_ids, attempts, due_since, claimed_at, waited_seconds, claim_seconds
        from begun;

        exit when event_ids is not null;
    end loop;

    if cardinality(v_admitted) > coalesce(cardinality(event_ids), 0) then
        perform pipeline.return_permits(array_agg(limits.name), array_agg(pipeline.limit_key(event.payload, limits.key)))
        from pipeline.limits
        join marketing.pipeline_events as event on event.id = any (v_admitted) and event.id <> all (coalesce(event_ids, '{}'))
        where limits.name = v_limiter;
    end if;
end
$$;

comment on function pipeline.begin_batch(smallint, bigint[], integer, boolean) is
    'Claims a batch for a stage that works in this transaction; the events are processed when it commits.';

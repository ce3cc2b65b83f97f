-- pipeline.claim_outside(stage_id, worker_id, room, busy): takes a batch of events for calls to an outside service.
--
-- The events become processing, visibly, and stand in pipeline.inflight under a new epoch. The attempt is on record before the
-- call is made; a completion must bring the epoch back.
--
-- An event that a daemon died holding runs alone, and alone is meant strictly: it is claimed by a daemon that has no other call of
-- the stage under way, and while one waits, a busy daemon claims nothing, so that it soon has none.
--
-- Arguments: stage_id of pipeline.stages; worker_id of pipeline.workers; room: how many events the daemon can hold now; busy: whether
--            it has calls of the stage under way.
-- Returns: the events with their epoch, up to room and the stage's batch_size; none while it is paused.
-- Reads:  pipeline.stages, pipeline.limits
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.parked, pipeline.inflight, marketing.pipeline_events
-- Locks:  rows of pipeline.ready that nobody else holds, then their events

create or replace function pipeline.claim_outside(stage_id smallint, worker_id integer, room integer, busy boolean)
returns table (event_id bigint, event_type text, payload jsonb, attempt smallint, crashes smallint, epoch bigint)
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
    v_epoch bigint;
    v_limiter text;
    v_admitted bigint[];
begin
    select least(stage.batch_size, claim_outside.room), stage.limiter into v_batch_size, v_limiter
    from pipeline.stages as stage
    where stage.id = claim_outside.stage_id
    and not stage.paused;

    if not found or not exists (select from pipeline.ready where ready.stage_id = claim_outside.stage_id) then
        return;
    end if;

    if busy and exists (select from pipeline.ready where ready.stage_id = claim_outside.stage_id and ready.alone) then
        return;
    end if;

    v_epoch := nextval('pipeline.epochs');

    -- Under a limit another function chooses, and nothing is left to choose here.
    if v_limiter is not null then
        v_admitted := array(select pipeline.admit(claim_outside.stage_id, v_limiter, v_batch_size, true));
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
            where ready.stage_id = claim_outside.stage_id
            and ready.alone
            and v_limiter is null
            order by ready.event_id
            limit 1
            for update skip locked
        ),
        batch as materialized (
            select ready.ctid as place
            from pipeline.ready
            where ready.stage_id = claim_outside.stage_id
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
        ),
        begun as (
            update marketing.pipeline_events as event
            set status = 'processing',
                attempts = least(event.attempts + 1, 1000),
                claimed_at = clock_timestamp()
            from chosen
            where event.id = chosen.event_id
            and event.status = 'pending'
            returning event.id, event.event_type, event.payload, event.attempts, event.crashes
        ),
        held as (
            insert into pipeline.inflight (event_id, epoch, stage_id, worker_id, limit_name, limit_key)
            select
                begun.id, v_epoch, claim_outside.stage_id, claim_outside.worker_id, v_limiter,
                case when v_limiter is not null then pipeline.limit_key(begun.payload, limits.key) end
            from begun
            left join pipeline.limits on limits.name = v_limiter
        )
        select begun.id, begun.event_type, begun.payload, begun.attempts, begun.crashes, v_epoch
        from begun;
        exit when found
        or v_limiter is not null
        or not exists (select from pipeline.ready where ready.stage_id = claim_outside.stage_id);
    end loop;
end
$$;

comment on function pipeline.claim_outside(smallint, integer, integer, boolean) is
    'Claims a batch for outside calls: processing in the ledger, held in pipeline.inflight under a new epoch.';

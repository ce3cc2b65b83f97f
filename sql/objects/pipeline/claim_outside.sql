-- pipeline.claim_outside(stage_id, worker_id, room, busy, after_ids, skips_held): takes a batch of events for calls to an outside service.
--
-- The events become processing, visibly, and stand in pipeline.inflight under a new epoch. The attempt is on record before the
-- call is made; a completion must bring the epoch back.
--
-- An event that a daemon died holding runs alone, and alone is meant strictly: it is claimed by a daemon that holds no other event of
-- the stage, and while one waits, a busy daemon claims nothing, so that it soon has none.
--
-- Arguments: stage_id of pipeline.stages; worker_id of pipeline.workers; room: how many events the daemon can hold now; busy: whether
--            it holds events of the stage already; after_ids: for each priority the id up to which nothing new can come, NULL: look at all;
--            skips_held: whether to set aside events that somebody else holds in the ledger, which costs a look at each.
-- Returns: the events with their epoch, up to room and the stage's batch_size; none while it is paused. With the oldest of them
--          reached_ids, oldest_xid and next_xid, as of pipeline.take; NULL under a limit. waited_seconds: since it was written, or due.
-- Reads:  pipeline.stages, pipeline.limits
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.waiting_keys, pipeline.parked, pipeline.inflight, marketing.pipeline_events
-- Locks:  rows of pipeline.ready that nobody else holds, under a limit buckets and parked rows, then their events

drop function if exists pipeline.claim_outside(smallint, integer, integer, boolean);
drop function if exists pipeline.claim_outside(smallint, integer, integer, boolean, bigint[]);

create or replace function pipeline.claim_outside(
    stage_id smallint, worker_id integer, room integer, busy boolean, after_ids bigint[] default null, skips_held boolean default false
)
returns table (
    event_id bigint, event_type text, payload jsonb, attempt smallint, crashes smallint, epoch bigint, reached_ids bigint[], oldest_xid bigint,
    next_xid bigint, waited_seconds double precision
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
    v_epoch bigint;
    v_limiter text;
    v_limit_key text;
    v_take record;
    v_ids bigint[];
    v_admitted bigint[];
    v_first bigint;
    v_last bigint;
begin
    select least(stage.batch_size, claim_outside.room), stage.limiter, limits.key into v_batch_size, v_limiter, v_limit_key
    from pipeline.stages as stage
    left join pipeline.limits on limits.name = stage.limiter
    where stage.id = claim_outside.stage_id
    and not stage.paused;

    if not found then
        return;
    end if;

    if busy and exists (select from pipeline.ready where ready.stage_id = claim_outside.stage_id and ready.alone) then
        return;
    end if;

    -- Rows whose event is gone or settled are dropped on the way, and must not hide those behind them.
    for v_round in 1 .. c_rounds loop
        if v_limiter is null then
            select take.* into v_take from pipeline.take(claim_outside.stage_id, v_batch_size, after_ids) as take;
            v_ids := v_take.event_ids;
        else
            -- Once: other buckets would be waited for while these are held.
            exit when v_round > 1;
            v_admitted := array(select pipeline.admit(claim_outside.stage_id, v_limiter, v_batch_size, true));
            v_ids := v_admitted;
            select null::bigint[] as reached_ids, null::bigint as oldest_xid, null::bigint as next_xid into v_take;
        end if;

        exit when coalesce(cardinality(v_ids), 0) = 0;

        if skips_held then
            v_ids := pipeline.set_aside_locked(v_ids, claim_outside.stage_id, null);
            continue when v_ids = '{}';
        end if;

        select min(chosen.id), max(chosen.id) into v_first, v_last from unnest(v_ids) as chosen (id);
        v_epoch := coalesce(v_epoch, nextval('pipeline.epochs'));

        return query
        with
        begun as (
            update marketing.pipeline_events as event
            set status = 'processing',
                attempts = least(event.attempts + 1, 1000),
                claimed_at = clock_timestamp()
            -- No join: a ledger that is empty by its statistics would be read from end to end. The bounds leave the other partitions out.
            where event.id = any (v_ids)
            and event.id between v_first and v_last
            and event.status = 'pending'
            returning event.id, event.event_type, event.payload, event.attempts, event.crashes,
                -- Not extract(), which takes a detour through numeric.
                date_part('epoch', clock_timestamp() - greatest(event.created_at, event.run_at)) as waited_seconds
        ),
        held as (
            insert into pipeline.inflight (event_id, epoch, stage_id, worker_id, limit_name, limit_key)
            select
                begun.id, v_epoch, claim_outside.stage_id, claim_outside.worker_id, v_limiter,
                case when v_limiter is not null then pipeline.limit_key(begun.payload, v_limit_key) end
            from begun
        )
        select
            begun.id, begun.event_type, begun.payload, begun.attempts, begun.crashes, v_epoch,
            case when begun.id = v_first then v_take.reached_ids end,
            v_take.oldest_xid, v_take.next_xid, begun.waited_seconds
        from begun;

        exit when found;
    end loop;

    v_ids := array(
        select unnest(v_admitted)
        except
        select claim.event_id from pipeline.inflight as claim where claim.event_id = any (v_admitted) and claim.epoch = v_epoch
    );

    if v_ids <> '{}' then
        perform pipeline.return_permits(array_agg(v_limiter), array_agg(pipeline.limit_key(event.payload, v_limit_key)))
        from marketing.pipeline_events as event
        where event.id = any (v_ids);
    end if;
end
$$;

comment on function pipeline.claim_outside(smallint, integer, integer, boolean, bigint[], boolean) is
    'Claims a batch for outside calls: processing in the ledger, held in pipeline.inflight under a new epoch.';

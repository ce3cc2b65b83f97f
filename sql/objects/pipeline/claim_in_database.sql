-- pipeline.claim_in_database(stage_id, after_ids, worker_id, skips_held): begins a batch of a stage in Rust that works inside this transaction,
-- and reads it.
--
-- Arguments: stage_id of pipeline.stages; after_ids: for each priority the id up to which nothing new can come, NULL: look at all;
--            worker_id of the daemon, NULL: suspects are claimed like others; skips_held: as of pipeline.begin_batch.
-- Returns: the events of pipeline.begin_batch, in the order of their ids, each with what that says of the batch. waited_seconds: since it was written,
--          or due. One with an epoch has only been noted as held.
-- Reads:  pipeline.stages, marketing.pipeline_events
-- Writes: pipeline.ready, pipeline.limit_usage, pipeline.parked, pipeline.inflight, marketing.pipeline_events (through pipeline.begin_batch)
-- Locks:  as pipeline.begin_batch

drop function if exists pipeline.claim_in_database(smallint, bigint[]);
drop function if exists pipeline.claim_in_database(smallint, bigint[], integer);

create or replace function pipeline.claim_in_database(
    stage_id smallint, after_ids bigint[] default null, worker_id integer default null, skips_held boolean default false
)
returns table (
    event_id bigint, event_type text, payload jsonb, attempt smallint, reached_ids bigint[], oldest_xid bigint, next_xid bigint,
    waited_seconds double precision, epoch bigint
)
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
    v_batch record;
    -- They leave the other partitions out.
    v_first bigint;
    v_last bigint;
begin
    v_batch := pipeline.begin_batch(
        claim_in_database.stage_id, claim_in_database.after_ids, claim_in_database.worker_id, claim_in_database.skips_held
    );
    if v_batch.event_ids is null then
        return;
    end if;

    -- Bounds the statements of the work that follows in this transaction.
    perform set_config('statement_timeout', (extract(epoch from v_batch.timeout) * 1000)::bigint::text, true);

    select min(begun.id), max(begun.id) into v_first, v_last from unnest(v_batch.event_ids) as begun (id);

    return query
    select
        event.id, event.event_type, event.payload, event.attempts,
        v_batch.reached_ids, v_batch.oldest_xid, v_batch.next_xid,
        date_part('epoch', v_batch.claimed_at - greatest(event.created_at, event.run_at)), v_batch.epoch
    from marketing.pipeline_events as event
    where event.id = any (v_batch.event_ids)
    and event.id between v_first and v_last
    order by event.id;
end
$$;

comment on function pipeline.claim_in_database(smallint, bigint[], integer, boolean) is
    'Claims a batch for a stage that works in this transaction; the events are processed when it commits.';

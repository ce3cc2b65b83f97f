-- pipeline.run_sql_batch(stage_id, after_ids, worker_id): claims a batch for a stage of kind sql and runs its function over it.
--
-- For daemons of the version before, which run beside this schema during a deploy. Others prepare queries/engine/run_sql_batch.sql.
--
-- Arguments: as of pipeline.begin_batch.
-- Returns: as the query, but failed_ids, attempts and errors are those of the events that the function returned.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready, marketing.pipeline_events (through pipeline.begin_batch); whatever the function writes
-- Locks:  as pipeline.begin_batch

create or replace function pipeline.run_sql_batch(
    stage_id smallint,
    after_ids bigint[] default null,
    worker_id integer default null,
    out claimed integer,
    out failed_ids bigint[],
    out attempts smallint[],
    out errors text[],
    out reached_ids bigint[],
    out oldest_xid bigint,
    out next_xid bigint,
    out waited_seconds double precision,
    out claim_seconds double precision,
    out held_id bigint,
    out epoch bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_batch record;
    v_target constant text := (select stage.target from pipeline.stages as stage where stage.id = run_sql_batch.stage_id);
begin
    v_batch := pipeline.begin_batch(run_sql_batch.stage_id, run_sql_batch.after_ids, run_sql_batch.worker_id, false);
    reached_ids := v_batch.reached_ids;
    oldest_xid := v_batch.oldest_xid;
    next_xid := v_batch.next_xid;
    waited_seconds := v_batch.waited_seconds;
    claim_seconds := v_batch.claim_seconds;

    claimed := coalesce(cardinality(v_batch.event_ids), 0);
    if claimed = 0 then
        return;
    elsif v_batch.epoch is not null then
        held_id := v_batch.event_ids[1];
        epoch := v_batch.epoch;
        return;
    end if;

    execute format(
        'select array_agg(failed.event_id), array_agg(failed.error) from %s(pipeline.plan_afresh($1)) as failed where failed.error is not null',
        v_target::regproc
    )
    into failed_ids, errors
    using v_batch.event_ids;

    -- An event that is not of this batch is not this stage's to judge; of one that was returned twice the first word counts.
    if failed_ids is not null then
        select array_agg(begun.event_id), array_agg(begun.attempt), array_agg(failed.error)
        into failed_ids, attempts, errors
        from (
            select distinct on (returned.event_id) returned.event_id, returned.error
            from unnest(failed_ids, errors) with ordinality as returned (event_id, error, place)
            order by returned.event_id, returned.place
        ) as failed
        join unnest(v_batch.event_ids, v_batch.attempts) as begun (event_id, attempt) on begun.event_id = failed.event_id;
    end if;
end
$$;

comment on function pipeline.run_sql_batch(smallint, bigint[], integer) is
    'Claims a batch for a stage of kind sql and runs its function over it, for daemons of the version before.';

-- pipeline.run_sql_batch(stage_id, after_ids, worker_id): a batch of a stage that is a SQL function, from the claim to the work, in one call.
--
-- No event leaves the server: the daemon hears how many were claimed, and which of them must be tried again. An error of the function
-- fails the call as a whole; the daemon then takes the batch apart.
--
-- Arguments: stage_id of pipeline.stages, of kind sql; after_ids: for each priority the id up to which nothing new can come, NULL: look
--            at all; worker_id of the daemon, NULL: suspects run like others.
-- Returns: claimed: how many events were claimed, 0: none waits, or the stage is paused; failed_ids, attempts, errors: what the
--          function returned, attempts being those that were begun. NULL: nothing. reached_ids, oldest_xid, next_xid: as of pipeline.take.
--          waited_seconds: of the event that waited longest; claim_seconds: what taking the batch took. held_id, epoch: the event that must run
--          alone, which has been noted and not begun; else NULL.
-- Writes: pipeline.ready, marketing.pipeline_events (through pipeline.begin_batch); whatever the function writes
-- Locks:  as pipeline.begin_batch

drop function if exists pipeline.run_sql_batch(smallint);
drop function if exists pipeline.run_sql_batch(smallint, bigint[]);

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
    v_began constant timestamptz := clock_timestamp();
    v_batch record;
    v_settings text[];
begin
    v_batch := pipeline.begin_batch(run_sql_batch.stage_id, run_sql_batch.after_ids, run_sql_batch.worker_id, false);
    reached_ids := v_batch.reached_ids;
    oldest_xid := v_batch.oldest_xid;
    next_xid := v_batch.next_xid;
    waited_seconds := v_batch.waited_seconds;
    claim_seconds := extract(epoch from clock_timestamp() - v_began);

    claimed := coalesce(cardinality(v_batch.event_ids), 0);
    if claimed = 0 then
        return;
    elsif v_batch.epoch is not null then
        held_id := v_batch.event_ids[1];
        epoch := v_batch.epoch;
        return;
    end if;

    -- For the function, as sql/queries/engine/plan_afresh.sql says; here they cost no statement of their own before the claim. What they
    -- return is of no use.
    v_settings := array[
        set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('lock_timeout', '400ms', true)
    ];

    execute format(
        'select array_agg(failed.event_id), array_agg(failed.error) from %s($1) as failed where failed.error is not null',
        v_batch.target::regproc
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
    'Claims a batch for a stage of kind sql and runs its function over it; returns how many, and those to be tried again.';

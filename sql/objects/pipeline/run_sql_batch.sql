-- pipeline.run_sql_batch(stage_id, after_ids): a batch of a stage that is a SQL function, from the claim to the work, in one call.
--
-- No event leaves the server: the daemon hears how many were claimed, and which of them must be tried again. An error of the function
-- fails the call as a whole; the daemon then takes the batch apart.
--
-- Arguments: stage_id of pipeline.stages, of kind sql; after_ids: for each priority the id up to which nothing new can come, NULL: look
--            at all.
-- Returns: claimed: how many events were claimed, 0: none waits, or the stage is paused; failed_ids, attempts, errors: what the
--          function returned, attempts being those that were begun. NULL: nothing. reached_ids, oldest_xid, next_xid: as of pipeline.take.
--          waited_seconds: of the event that waited longest.
-- Reads:  pipeline.stages
-- Writes: pipeline.ready, marketing.pipeline_events (through pipeline.claim_in_database); whatever the function writes
-- Locks:  as pipeline.claim_in_database

drop function if exists pipeline.run_sql_batch(smallint);

create or replace function pipeline.run_sql_batch(
    stage_id smallint,
    after_ids bigint[] default null,
    out claimed integer,
    out failed_ids bigint[],
    out attempts smallint[],
    out errors text[],
    out reached_ids bigint[],
    out oldest_xid bigint,
    out next_xid bigint,
    out waited_seconds double precision
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
    v_attempts smallint[];
    v_target regproc;
begin
    select
        array_agg(event.event_id order by event.event_id),
        array_agg(event.attempt order by event.event_id),
        max(event.reached_ids),
        min(event.oldest_xid),
        min(event.next_xid),
        max(event.waited_seconds)
    into v_ids, v_attempts, reached_ids, oldest_xid, next_xid, waited_seconds
    from pipeline.claim_in_database(run_sql_batch.stage_id, run_sql_batch.after_ids) as event;

    claimed := coalesce(cardinality(v_ids), 0);
    if claimed = 0 then
        return;
    end if;

    select stage.target::regproc into v_target from pipeline.stages as stage where stage.id = run_sql_batch.stage_id;

    execute format(
        $sql$
        select array_agg(failed.event_id), array_agg(given.attempt), array_agg(failed.error)
        from %s($1) as failed
        join unnest($1, $2) as given (event_id, attempt) on given.event_id = failed.event_id
        where failed.error is not null
        $sql$,
        v_target
    )
    into failed_ids, attempts, errors
    using v_ids, v_attempts;
end
$$;

comment on function pipeline.run_sql_batch(smallint, bigint[]) is
    'Claims a batch for a stage of kind sql and runs its function over it; returns how many, and those to be tried again.';

-- pipeline.hold_alone(stage_id, event_id, worker_id): notes that a daemon is about to work on an event in the database, and on it alone.
--
-- Committed before the work, so that a daemon that dies of it is known to have held it. One event of a stage at a time runs so; one that a
-- dying daemon held alone already has nothing else beside it that is suspected, of any stage, so that two are never blamed for one.
--
-- Arguments: stage_id of pipeline.stages; event_id, taken off its queue in this transaction; worker_id of the daemon.
-- Returns: epoch of the claim; NULL: the event was settled by other means. Raises lock_not_available while another one runs alone.
-- Reads:  nothing
-- Writes: marketing.pipeline_events, pipeline.inflight
-- Locks:  the advisory lock of all who begin such work, then the event

create or replace function pipeline.hold_alone(stage_id smallint, event_id bigint, worker_id integer)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_crashes smallint;
    v_epoch bigint;
begin
    -- No daemon has the number 0.
    perform pg_advisory_xact_lock(pipeline.worker_lock_class(), 0);

    update marketing.pipeline_events as event
    set status = 'processing',
        attempts = least(event.attempts + 1, 1000),
        claimed_at = clock_timestamp()
    where event.id = hold_alone.event_id
    and event.status = 'pending'
    returning event.crashes into v_crashes;

    if not found then
        return null;
    end if;

    if exists (
        select
        from pipeline.inflight as claim
        join marketing.pipeline_events as event on event.id = claim.event_id
        where claim.alone
        and (claim.stage_id = hold_alone.stage_id or v_crashes > 1 or event.crashes > 1)
    ) then
        -- The daemon knows it by this name, and waits.
        raise lock_not_available using message = 'Another event runs alone.', constraint = 'one_runs_alone';
    end if;

    insert into pipeline.inflight (event_id, epoch, stage_id, worker_id, alone)
    values (hold_alone.event_id, nextval('pipeline.epochs'), hold_alone.stage_id, hold_alone.worker_id, true)
    returning inflight.epoch into v_epoch;
    return v_epoch;
end
$$;

comment on function pipeline.hold_alone(smallint, bigint, integer) is 'Notes that a daemon is about to work on an event in the database, and on it alone.';

-- pipeline.heartbeat(worker_id, name, version, look): a daemon's sign of life, and what it should know about once a second.
--
-- Also reclaims what dead daemons held: one whose heartbeat is older than 1.65 seconds and whose advisory lock is free is dead. It is called
-- again when the next one may count as dead (queries/engine/heartbeat.sql).
-- Arguments: worker_id; its name and version, to put its row back should somebody have taken the daemon for dead; look: whether to look
--            for waiting events, too, which takes long while a long transaction keeps the dead rows of the queues.
-- Returns: stage_id of each stage that has events to claim, and NULL where the schedule is overdue, so that no lost wake-up lasts longer
--          than a heartbeat.
-- Reads:  pipeline.stages, pipeline.ready, pipeline.scheduled, pipeline.parked, pipeline.limit_wakes, pipeline.waiting_keys
-- Writes: pipeline.quiet, pipeline.unannounced, pipeline.workers, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors
-- Locks:  the row of pipeline.quiet unless somebody else holds it, dead workers' rows that nobody else holds, then their claims' events

drop function if exists pipeline.heartbeat(integer, text, text);

create or replace function pipeline.heartbeat(worker_id integer, name text, version text, look boolean default true)
returns setof smallint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_dead integer;
    v_now timestamptz;
begin
    update pipeline.workers as worker
    set heartbeat_at = clock_timestamp()
    where worker.id = heartbeat.worker_id;

    if not found then
        insert into pipeline.workers (id, name, version) overriding system value
        values (heartbeat.worker_id, heartbeat.name, heartbeat.version)
        on conflict do nothing;
    end if;

    for v_dead in
        select worker.id
        from pipeline.workers as worker
        where worker.id <> heartbeat.worker_id
        -- One of a time that is still to come was written before the clock was set back.
        and (
            worker.heartbeat_at < clock_timestamp() - interval '1.65 seconds'
            or worker.heartbeat_at > clock_timestamp() + interval '1.65 seconds'
        )
        and coalesce(worker.naps_until, '-infinity') < clock_timestamp()
        order by worker.id
        for update skip locked
    loop
        if pg_try_advisory_xact_lock(pipeline.worker_lock_class(), v_dead) then
            perform pipeline.reclaim(v_dead);
        end if;
    end loop;

    if not look then
        return;
    end if;

    -- Announcements that nobody is going to announce: the daemon died, or the writer was long in committing.
    if exists (select from pipeline.unannounced) then
        perform pipeline.relay_leftovers();
    end if;

    v_now := clock_timestamp();

    return query
    select stage.id
    from pipeline.stages as stage
    where not stage.paused
    and exists (select from pipeline.ready where ready.stage_id = stage.id)
    -- What a rate holds back is woken by the schedule.
    and not exists (
        select from pipeline.limit_wakes as wake
        where wake.stage_id = stage.id
        and wake.wake_at > v_now
    );

    return query
    select stage.id
    from pipeline.stages as stage
    where not stage.paused
    and stage.limiter is not null
    and pipeline.has_due_keys(stage.id, stage.limiter);

    -- A scheduler that is deaf sleeps on past what was scheduled since it looked.
    if exists (select from pipeline.scheduled where scheduled.run_at <= v_now)
        or exists (select from pipeline.parked where parked.until <= v_now)
        or exists (select from pipeline.limit_wakes where limit_wakes.wake_at <= v_now)
    then
        return next null;
    end if;
end
$$;

comment on function pipeline.heartbeat(integer, text, text, boolean) is
    'A daemon''s sign of life; reclaims what dead daemons held and returns the stages that have events to claim, NULL for the schedule.';

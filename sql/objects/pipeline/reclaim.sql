-- pipeline.reclaim(worker_id): takes back what a dead daemon held, and forgets the daemon.
--
-- The first time nobody can tell which of the events held was to blame, if any was: they run alone from then on. An event that is
-- held by a dying daemon twice while it runs alone is failed, not tried for ever.
--
-- Arguments: worker_id of a daemon that is dead for certain (the caller holds its advisory lock).
-- Returns: how many events were taken back.
-- Reads:  nothing
-- Writes: pipeline.workers, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors
-- Locks:  the claims, then their events

create or replace function pipeline.reclaim(worker_id integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    delete from pipeline.workers as worker where worker.id = reclaim.worker_id;

    with
    lost as materialized (
        delete from pipeline.inflight as claim
        where claim.worker_id = reclaim.worker_id
        returning claim.event_id, claim.stage_id
    ),
    taken_back as (
        update marketing.pipeline_events as event
        set status = case when event.crashes >= 2 then 'failed' else 'pending' end,
            crashes = least(event.crashes + 1, 100),
            run_at = case when event.crashes >= 2 then event.run_at else clock_timestamp() end,
            processed_at = case when event.crashes >= 2 then clock_timestamp() end,
            error_message = case
                when event.crashes >= 2 then
                    'The daemon died three times while it held this event, the last two times alone. Find out why, then set its status to pending to try again.'
                else 'The daemon died while it held this event; it is tried again, alone.'
            end
        from lost
        where event.id = lost.event_id
        and event.status = 'processing'
        returning event.id, event.event_type, event.payload, event.status, event.error_message, lost.stage_id
    ),
    logged as (
        insert into marketing.pipeline_errors (event_id, event_type, record_id, error_message, error_details, severity)
        select
            taken_back.id,
            taken_back.event_type,
            pipeline.record_of(taken_back.id, taken_back.payload),
            taken_back.error_message,
            jsonb_build_object('stage', stage.name),
            'error'
        from taken_back
        left join pipeline.stages as stage on stage.id = taken_back.stage_id
        where taken_back.status = 'failed'
    )
    select count(*) from taken_back;
end;

comment on function pipeline.reclaim(integer) is 'Takes back what a dead daemon held; an event that was held alone by two dying daemons fails.';

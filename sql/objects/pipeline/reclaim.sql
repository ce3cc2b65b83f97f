-- pipeline.reclaim(worker_id): takes back what a dead daemon held, and forgets the daemon.
--
-- Arguments: worker_id of a daemon that is dead for certain (the caller holds its advisory lock).
-- Returns: how many events were taken back.
-- Reads:  nothing
-- Writes: pipeline.workers; by pipeline.suspect pipeline.ready and pipeline.parked; by pipeline.blame pipeline.deaths, pipeline.inflight,
--         marketing.pipeline_events, marketing.pipeline_errors
-- Locks:  the daemon's row, those of pipeline.suspect, the claims, then their events

create or replace function pipeline.reclaim(worker_id integer)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_stage_ids smallint[];
begin
    delete from pipeline.workers as worker
    where worker.id = reclaim.worker_id
    returning worker.in_database into v_stage_ids;

    if cardinality(v_stage_ids) > 0 then
        perform pipeline.suspect(v_stage_ids);
    end if;

    return pipeline.blame(reclaim.worker_id);
end
$$;

comment on function pipeline.reclaim(integer) is 'Takes back what a dead daemon held; an event that was held alone by two dying daemons fails.';

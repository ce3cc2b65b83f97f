-- pipeline.reclaim_orphans(): takes back the claims of daemons whose row is gone.
--
-- Returns: nothing.
-- Reads:  pipeline.workers
-- Writes: by pipeline.reclaim pipeline.inflight and marketing.pipeline_events
-- Locks:  those of pipeline.reclaim

create or replace function pipeline.reclaim_orphans()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Worker 0 stands for other programs, which nobody here knows to be alive or dead.
    perform pipeline.reclaim(orphaned.worker_id)
    from (
        select distinct claim.worker_id
        from pipeline.inflight as claim
        where claim.worker_id <> 0
        and not exists (select from pipeline.workers as worker where worker.id = claim.worker_id)
    ) as orphaned
    where pg_try_advisory_xact_lock(pipeline.worker_lock_class(), orphaned.worker_id);
end
$$;

comment on function pipeline.reclaim_orphans() is 'Takes back the claims of daemons whose row is gone.';

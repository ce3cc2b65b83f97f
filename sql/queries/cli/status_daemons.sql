-- cli/status_daemons: the daemons, and whether each is alive.
--
-- Returns: id, name, version, alive, up_seconds, silent_seconds (since the last sign of life), calls_running.
-- Reads:  pipeline.workers, pipeline.inflight
-- Locks:  none
select
    worker.id,
    worker.name,
    worker.version,
    worker.heartbeat_at > clock_timestamp() - interval '10 seconds' as alive,
    extract(epoch from clock_timestamp() - worker.started_at)::double precision as up_seconds,
    extract(epoch from clock_timestamp() - worker.heartbeat_at)::double precision as silent_seconds,
    (select count(*) from pipeline.inflight as claim where claim.worker_id = worker.id) as calls_running
from pipeline.workers as worker
order by worker.id

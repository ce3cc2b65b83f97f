-- cli/daemons: the daemons that are alive, and what each holds.
--
-- Returns: text columns for a table.
-- Reads:  pipeline.workers, pipeline.inflight
-- Locks:  none
select
    worker.id::text,
    worker.name,
    worker.version,
    to_char(worker.started_at, 'YYYY-MM-DD HH24:MI') as started,
    round(extract(epoch from clock_timestamp() - worker.heartbeat_at)::numeric, 1)::text || ' s ago' as heartbeat,
    (select count(*) from pipeline.inflight as claim where claim.worker_id = worker.id)::text as holds
from pipeline.workers as worker
order by worker.id

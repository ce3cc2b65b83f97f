-- engine/heartbeat: a sign of life; reclaims what dead daemons held.
--
-- $1 integer: worker; $2 text: its name; $3 text: its version; $4 boolean: whether to look for waiting events.
-- Returns: stage_id of each stage that has events to claim, NULL for the schedule, which is overdue; and, where other daemons work, one row
--          with next_in_ms: in how many milliseconds the first of them may count as dead. One that is late and alive is looked at again soon.
-- Reads:  pipeline.workers, and what the function reads
-- Writes: pipeline.workers, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors (through the function)
-- Locks:  dead workers' rows that nobody else holds, then their claims' events
select found.stage_id, null::bigint as next_in_ms
from pipeline.heartbeat($1, $2, $3, $4) as found (stage_id)
union all
select null, greatest(ceil(1000 * extract(epoch from min(worker.heartbeat_at) + interval '1.66 seconds' - clock_timestamp())), 300)::bigint
from pipeline.workers as worker
where worker.id <> $1
and worker.heartbeat_at > clock_timestamp() - interval '5 seconds'
and coalesce(worker.naps_until, '-infinity') < clock_timestamp()
having count(*) > 0

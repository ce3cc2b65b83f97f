-- engine/heartbeat: a sign of life; reclaims what dead daemons held.
--
-- $1 integer: worker; $2 text: its name; $3 text: its version; $4 boolean: whether to look for waiting events.
-- Returns: stage_id of each stage that has events to claim, NULL for the schedule, which is overdue; and, where another daemon works that
--          came before, one row with next_in_ms: in how many milliseconds it may count as dead. One that is late and alive is looked at
--          again soon. Only the last one before is waited for: if each waited for all, thirty would ask half as often again.
-- Reads:  pipeline.workers, and what the function reads
-- Writes: pipeline.workers, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors (through the function)
-- Locks:  dead workers' rows that nobody else holds, then their claims' events
select found.stage_id, null::bigint as next_in_ms
from pipeline.heartbeat($1, $2, $3, $4) as found (stage_id)
union all
select null, greatest(ceil(1000 * extract(epoch from before.heartbeat_at + interval '1.66 seconds' - clock_timestamp())), 300)::bigint
from (
    select worker.heartbeat_at
    from pipeline.workers as worker
    where worker.id < $1
    and worker.heartbeat_at > clock_timestamp() - interval '5 seconds'
    and coalesce(worker.naps_until, '-infinity') < clock_timestamp()
    order by worker.id desc
    limit 1
) as before

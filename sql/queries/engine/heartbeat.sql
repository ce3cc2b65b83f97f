-- engine/heartbeat: a sign of life; reclaims what dead daemons held.
--
-- $1 integer: worker; $2 text: its name; $3 text: its version; $4 boolean: whether to look for waiting events.
-- Returns: the stages that have events to claim; NULL stands for the schedule, which is overdue.
-- Writes: pipeline.workers, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors (through the function)
-- Locks:  dead workers' rows that nobody else holds, then their claims' events
select stage_id
from pipeline.heartbeat($1, $2, $3, $4) as stage_id

-- engine/maintain: what must be done now and then by one daemon or another.
--
-- Returns: chore, problem: what could not be done, and why.
-- Writes: partitions of marketing.pipeline_events, pipeline.unrouted, pipeline.ready, pipeline.inflight (through the function)
-- Locks:  an advisory lock against a second one at the same moment
select failed.chore, failed.problem
from pipeline.maintain() as failed

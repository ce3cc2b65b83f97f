-- engine/maintain: what must be done now and then by one daemon or another.
--
-- Returns: nothing of use.
-- Writes: partitions of marketing.pipeline_events, pipeline.unrouted, pipeline.ready, pipeline.inflight (through the function)
-- Locks:  an advisory lock against a second one at the same moment
select pipeline.maintain()

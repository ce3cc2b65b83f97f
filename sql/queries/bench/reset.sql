-- bench/reset: empties the ledger and the queues between two measurements.
--
-- Returns: nothing.
-- Writes: marketing.pipeline_events, pipeline.ready, pipeline.scheduled, bench.begun, bench.first_step, bench.second_step, bench.third_step,
--         bench.orders
-- Locks:  all of them, exclusively
truncate marketing.pipeline_events, pipeline.ready, pipeline.scheduled, pipeline.inflight, bench.begun, bench.first_step, bench.second_step,
    bench.third_step, bench.orders

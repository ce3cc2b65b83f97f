-- bench/emit_one: one event whose handler notes when it began.
--
-- Returns: id bigint.
-- Writes: marketing.pipeline_events
-- Locks:  none
insert into marketing.pipeline_events (event_type)
values ('bench_latency')
returning id

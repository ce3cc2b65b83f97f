-- bench/emit_one: one event whose handler notes when it began.
--
-- $1 text: event type.
-- Returns: id bigint.
-- Writes: marketing.pipeline_events
-- Locks:  none
insert into marketing.pipeline_events (event_type)
values ($1)
returning id

-- bench/insert_order: one row of a published table.
--
-- Returns: nothing.
-- Writes: bench.orders; by its trigger marketing.pipeline_events
-- Locks:  none
insert into bench.orders (note)
values ('a single row')

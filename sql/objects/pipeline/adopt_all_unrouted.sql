-- pipeline.adopt_all_unrouted(): gives events that wait for a stage to one that was added at the same moment.
--
-- Returns: how many.
-- Reads:  nothing
-- Writes: by pipeline.adopt_unrouted pipeline.unrouted and pipeline.ready
-- Locks:  those of pipeline.adopt_unrouted

create or replace function pipeline.adopt_all_unrouted()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
return pipeline.adopt_unrouted(null);

comment on function pipeline.adopt_all_unrouted() is 'Queues events of every type that waited for a stage. Returns how many.';

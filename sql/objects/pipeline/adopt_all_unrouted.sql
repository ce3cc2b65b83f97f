-- pipeline.adopt_all_unrouted(): gives events that wait for a stage to one that was added at the same moment.
--
-- Type by type of those that have a stage: however many wait for none, they are not looked at.
--
-- Returns: how many.
-- Reads:  pipeline.stages, pipeline.unrouted
-- Writes: by pipeline.adopt_unrouted pipeline.unrouted and pipeline.ready
-- Locks:  those of pipeline.adopt_unrouted

create or replace function pipeline.adopt_all_unrouted()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
begin atomic
    select coalesce(sum(pipeline.adopt_unrouted(handled.event_type)), 0)::bigint
    -- In one order: another daemon may do the same.
    from (select distinct stage.event_type from pipeline.stages as stage order by stage.event_type) as handled
    where exists (select from pipeline.unrouted where unrouted.event_type = handled.event_type);
end;

comment on function pipeline.adopt_all_unrouted() is 'Queues events of every type that waited for a stage. Returns how many.';

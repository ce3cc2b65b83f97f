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
begin atomic
    select coalesce(sum(pipeline.adopt_unrouted(handled.event_type)), 0)::bigint
    -- In one order: another daemon may do the same.
    from (select distinct stage.event_type from pipeline.stages as stage order by stage.event_type) as handled
    -- The first of each type: no join, which would read all. Settings would hold for what this calls, too.
    where (select waiting.event_id from pipeline.unrouted as waiting where waiting.event_type = handled.event_type limit 1) is not null;
end;

comment on function pipeline.adopt_all_unrouted() is 'Queues events of every type that waited for a stage. Returns how many.';

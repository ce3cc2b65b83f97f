-- pipeline.publication_triggers(publication): the triggers that a publication should have.
--
-- A statement fires the triggers of the very table that it names, so every partition has its own beside its parent's.
--
-- Arguments: publication.
-- Returns: relation, trigger_name, operation.
-- Reads:  pg_catalog.pg_partition_tree
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.publication_triggers(publication pipeline.publications)
returns table (relation regclass, trigger_name text, operation text)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        target.relation,
        case
            when wanted.place = 1 then publication.trigger_name
            else regexp_replace(publication.trigger_name, '_event$', format('_%s_event', wanted.operation))
        end,
        wanted.operation
    from (
        select publication.source as relation
        union
        select partition.relid from pg_partition_tree(publication.source) as partition
    ) as target
    cross join unnest(publication.operations) with ordinality as wanted (operation, place);
end;

comment on function pipeline.publication_triggers(pipeline.publications) is
    'The triggers of a publication: one for each operation, on the table and on each of its partitions.';

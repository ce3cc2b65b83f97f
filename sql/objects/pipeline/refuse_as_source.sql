-- pipeline.refuse_as_source(source): what cannot be published, and why.
--
-- Arguments: source: a relation.
-- Returns: nothing; raises wrong_object_type when it cannot be a source.
-- Reads:  pg_catalog.pg_class
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.refuse_as_source(source regclass)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_relation pg_catalog.pg_class;
begin
    select relation.* into v_relation from pg_catalog.pg_class as relation where relation.oid = refuse_as_source.source;

    if not found then
        raise undefined_table using message = 'There is no such table.', hint = 'Give its name with its schema: ''shop.orders''.';
    elsif v_relation.relkind not in ('r', 'p') then
        raise wrong_object_type using
            message = format('%s is not a table.', source),
            hint = 'Triggers with transition tables exist on tables and partitioned tables only.';
    elsif v_relation.relpersistence = 't' then
        raise wrong_object_type using 
            message = format('%s is a temporary table: its events would outlive it.', source),
            hint = 'Publish a table that stays, and insert into that.';
    elsif v_relation.relnamespace = 'pipeline'::regnamespace
        or source = 'marketing.pipeline_events'::regclass
        or 'marketing.pipeline_events'::regclass in (select pg_partition_ancestors(source))
    then
        raise wrong_object_type using 
            message = format('%s belongs to the engine: its events would cause events without end.', source),
            hint = 'A stage may handle the events themselves: INSERT INTO pipeline.stages.';
    elsif v_relation.relispartition and exists (
        select from pipeline.publications as publication
        where publication.source in (select pg_partition_ancestors(refuse_as_source.source))
        and publication.source <> refuse_as_source.source
    ) then
        raise wrong_object_type using
            message = format('The table of which %s is a partition is published already; the partition''s rows would emit twice.', source),
            hint = 'Unpublish the partitioned table first, or leave the partition to it.';
    elsif v_relation.relispartition then
        raise wrong_object_type using
            message = format('%s is a partition of %s: what is inserted through that would emit nothing.', source, pg_partition_root(source)),
            hint = format(
                'SELECT pipeline.publish(%L, …); a condition says which of its rows are meant: condition => ''row.… = …''.',
                pg_partition_root(source)::text
            );
    end if;
end
$$;

comment on function pipeline.refuse_as_source(regclass) is 'Raises an error that says why, when a relation cannot be published.';

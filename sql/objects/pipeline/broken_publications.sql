-- pipeline.broken_publications(): published tables whose writers fail, because something that a publication names is gone.
--
-- A column or a function that was renamed or dropped since: the server does not follow names in a trigger function.
--
-- Returns: source, trigger_name, problem: one row for each.
-- Reads:  pipeline.publications, pg_catalog.pg_class
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.broken_publications()
returns table (source regclass, trigger_name text, problem text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_publication pipeline.publications;
begin
    for v_publication in
        select publication.*
        from pipeline.publications as publication
        join pg_catalog.pg_class as relation on relation.oid = publication.source
        order by publication.id
    loop
        begin
            perform pipeline.try_publication(v_publication);
        exception
            when others then
                source := v_publication.source;
                trigger_name := v_publication.trigger_name;
                problem := sqlerrm;
                return next;
        end;
    end loop;
end
$$;

comment on function pipeline.broken_publications() is
    'Published tables whose writers fail, and why; publish them again with what is there now.';

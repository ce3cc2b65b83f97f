-- pipeline.remove_publication_triggers(publication_id): drops triggers that a publication should not have.
--
-- Those of operations that were taken out, those on partitions that were detached, and, once the publication is gone, all of them
-- together with the function.
--
-- Arguments: publication_id, of pipeline.publications or deleted from it.
-- Returns: how many triggers were dropped.
-- Reads:  pipeline.publications, pg_catalog.pg_trigger
-- Writes: nothing
-- Locks:  the tables of those triggers, exclusively

create or replace function pipeline.remove_publication_triggers(publication_id integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_function constant regprocedure := to_regprocedure(format('pipeline.publication_%s()', publication_id));
    v_trigger record;
    v_dropped integer := 0;
begin
    for v_trigger in
        select trigger.tgname as name, trigger.tgrelid::regclass as relation
        from pg_catalog.pg_trigger as trigger
        where trigger.tgfoid = v_function
        and not exists (
            select
            from pipeline.publications as publication
            cross join pipeline.publication_triggers(publication) as wanted
            where publication.id = publication_id
            and wanted.relation = trigger.tgrelid
            and wanted.trigger_name = trigger.tgname
        )
    loop
        execute format('drop trigger %I on %s', v_trigger.name, v_trigger.relation);
        v_dropped := v_dropped + 1;
    end loop;

    if v_function is not null and not exists (select from pipeline.publications as publication where publication.id = publication_id) then
        execute format('drop function %s', v_function);
    end if;

    return v_dropped;
end
$$;

comment on function pipeline.remove_publication_triggers(integer) is
    'Drops triggers that a publication should no longer have, and its function when it is gone.';

-- pipeline.sync_publications(): keeps triggers in step with partitions that come and go and tables that are dropped.
--
-- Returns: nothing; what could not be locked soon is tried again at the next call.
-- Reads:  pg_catalog.pg_class
-- Writes: pipeline.publications
-- Locks:  tables that lack a trigger, against writers, for at most half a second of waiting

create or replace function pipeline.sync_publications()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
    v_publication record;
begin
    delete from pipeline.publications as publication
    where not exists (select from pg_catalog.pg_class as relation where relation.oid = publication.source);

    -- Publications whose table is partitioned or has another owner, and trigger functions that are left of those that are gone.
    for v_publication in
        select publication.id, true as is_there
        from pipeline.publications as publication
        join pg_catalog.pg_class as relation on relation.oid = publication.source
        left join pg_catalog.pg_proc as function
            on function.pronamespace = 'pipeline'::regnamespace
            and function.proname = format('publication_%s', publication.id)
        where relation.relkind = 'p'
        or relation.relowner is distinct from function.proowner
        union all
        select substring(function.proname from 'publication_(\d+)')::integer, false
        from pg_catalog.pg_proc as function
        where function.pronamespace = 'pipeline'::regnamespace
        and function.proname ~ '^publication_\d+$'
        and not exists (
            select from pipeline.publications as publication where format('publication_%s', publication.id) = function.proname
        )
    loop
        begin
            if v_publication.is_there then
                perform pipeline.install_publication(v_publication.id);
            end if;
            perform pipeline.remove_publication_triggers(v_publication.id);
        exception
            -- One that cannot be helped keeps no other from being kept in step.
            when others then
                raise warning 'The triggers of publication % were not brought in step with its partitions: %', v_publication.id, sqlerrm;
        end;
    end loop;
end
$$;

comment on function pipeline.sync_publications() is
    'Gives new partitions of published tables their triggers; daemons call it every twenty seconds, call it after attaching one by hand.';

-- pipeline.install_publication(publication_id): makes the trigger function and the triggers of a publication what they should be.
--
-- Changes nothing that is right already: no lock is taken on a table whose triggers stand, and one that somebody switched off stays
-- switched off. Daemons call it now and then for partitions that were made since.
--
-- Arguments: publication_id of pipeline.publications.
-- Returns: nothing; raises duplicate_object when somebody else's trigger has the name.
-- Reads:  pipeline.publications, pg_catalog.pg_trigger, pg_catalog.pg_proc
-- Writes: nothing
-- Locks:  a table that lacks a trigger, against writers

create or replace function pipeline.install_publication(publication_id integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_publication pipeline.publications;
    v_function constant text := format('publication_%s', publication_id);
    v_body text;
    v_wanted record;
begin
    select publication.* into strict v_publication
    from pipeline.publications as publication
    where publication.id = publication_id;

    v_body := pipeline.publication_body(v_publication);

    if not exists (
        select from pg_catalog.pg_proc as function
        join pg_catalog.pg_class as relation on relation.oid = v_publication.source and relation.relowner = function.proowner
        where function.pronamespace = 'pipeline'::regnamespace
        and function.proname = v_function
        and function.prosrc = v_body
        and 'jit=off' = any (function.proconfig)
    ) then
        execute format(
            -- Compiling the plan of an insert of thousands of rows takes longer than the insert.
            'create or replace function pipeline.%I() returns trigger language plpgsql security definer '
            'set search_path = pg_catalog, pg_temp set jit = off %s as %L',
            v_function,
            -- A writer may have set how its own backslashes are read.
            case when position('\' in v_body) > 0 then 'set standard_conforming_strings = on' end,
            v_body
        );
        perform pipeline.lend_to_owner(v_function, v_publication.source);
        -- It runs its expressions with its owner's rights: nobody else may hang it on a table.
        execute format('revoke execute on function pipeline.%I() from public', v_function);
        execute format(
            'comment on function pipeline.%I() is %L',
            v_function, format('Trigger function of %s: emits %s. Made by pipeline.publish.', v_publication.source, v_publication.event_type)
        );
    end if;

    for v_wanted in
        select
            wanted.*,
            function.proname as there,
            function.pronamespace::regnamespace::text as there_in,
            -- Bits of tgtype: 4 insert, 8 delete, 16 update.
            trigger.tgtype & case wanted.operation when 'insert' then 4 when 'delete' then 8 else 16 end <> 0 as is_right
        from pipeline.publication_triggers(v_publication) as wanted
        left join pg_catalog.pg_trigger as trigger on trigger.tgrelid = wanted.relation and trigger.tgname = wanted.trigger_name
        left join pg_catalog.pg_proc as function on function.oid = trigger.tgfoid
    loop
        continue when v_wanted.there = v_function and v_wanted.there_in = 'pipeline' and v_wanted.is_right;

        if v_wanted.there <> v_function and (v_wanted.there_in, v_wanted.there) <> ('marketing', 'notify_pipeline_event') then
            raise duplicate_object using
                message = format('%s has a trigger %s that does something else (it calls %s.%s).', v_wanted.relation, v_wanted.trigger_name, v_wanted.there_in, v_wanted.there),
                hint = 'Drop or rename that trigger, or give another trigger_name.';
        end if;

        execute format(
            'create or replace trigger %I after %s on %s referencing %s for each statement execute function pipeline.%I()',
            v_wanted.trigger_name,
            v_wanted.operation,
            v_wanted.relation,
            case v_wanted.operation
                when 'insert' then 'new table as new_rows'
                when 'delete' then 'old table as old_rows'
                else 'old table as old_rows new table as new_rows'
            end,
            v_function
        );
    end loop;
end
$$;

comment on function pipeline.install_publication(integer) is
    'Creates what a publication lacks: its trigger function, and triggers on its table and partitions.';

-- pipeline.lend_to_owner(function_name, source): has the trigger function of a publication run with the rights of the table's owner.
--
-- A table's owner decides what reading its rows means (types have casts, columns have types), so that no function with other rights may
-- read them. The owner is given what the function does: to emit.
--
-- Arguments: function_name, in the schema pipeline; source: the published table.
-- Returns: nothing; raises insufficient_privilege when the table's owner is nobody whom the caller may act for.
-- Reads:  pg_catalog.pg_class
-- Writes: rights on marketing.pipeline_events
-- Locks:  none

create or replace function pipeline.lend_to_owner(function_name text, source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_owner constant text := (
        select pg_get_userbyid(relation.relowner) from pg_catalog.pg_class as relation where relation.oid = lend_to_owner.source
    );
begin
    if v_owner = pg_get_userbyid((
        select function.proowner from pg_catalog.pg_proc as function
        where function.pronamespace = 'pipeline'::regnamespace
        and function.proname = lend_to_owner.function_name
    )) then
        return;
    elsif not pg_has_role(v_owner, 'usage') then
        raise insufficient_privilege using
            message = format('%s belongs to %s, for whom %s may not act.', source, v_owner, current_user),
            hint = format('GRANT %I TO %I; or publish as a superuser.', v_owner, current_user);
    end if;

    execute format('grant usage on schema marketing to %I', v_owner);
    execute format('grant usage on sequence marketing.pipeline_events_id_seq to %I', v_owner);
    execute format(
        'grant insert (event_type, payload, priority, run_at, parent_id, root_id), select (id, root_id) on marketing.pipeline_events to %I',
        v_owner
    );
    -- Only who may create in a schema may own a function there; a superuser need not ask.
    execute format('grant create on schema pipeline to %I', v_owner);
    execute format('alter function pipeline.%I() owner to %I', function_name, v_owner);
    execute format('revoke create on schema pipeline from %I', v_owner);
end
$$;

comment on function pipeline.lend_to_owner(text, regclass) is
    'Has the trigger function of a publication run with the rights of the table''s owner, and lets that role emit.';

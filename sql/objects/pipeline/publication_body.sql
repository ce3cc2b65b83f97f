-- pipeline.publication_body(publication): the text of a publication's trigger function.
--
-- Static SQL, planned once in a session: an insert of one row pays no planning. An update pairs old and new rows, and a plan that was
-- made for few rows would pair many one by one, so a large one is planned for itself.
--
-- What it names may be renamed or dropped later, and then its table cannot be written to. The error of the server quotes the statement from
-- its first word, so the next lines say what to do. (Catching the error to give it a hint would cost every writer a subtransaction.)
--
-- Arguments: publication.
-- Returns: PL/pgSQL.
-- Reads:  pg_catalog.pg_attribute
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.publication_body(publication pipeline.publications)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation text;
    v_emit text;
    v_branches text := '';
    v_advice constant text := format(
        E'-- HINT: this is a publication of %1$s. If something it names was renamed or dropped: publish it again with what is there now,\n'
        '-- SELECT pipeline.publish(%2$L, %3$L, trigger_name => %4$L, …); or SELECT pipeline.unpublish(%2$L, %3$L);\n',
        translate(publication.source::text, E'\n\r', '  '), translate(publication.source::text, E'\n\r', '  '),
        translate(publication.event_type, E'\n\r', '  '), publication.trigger_name
    );
begin
    foreach v_operation in array publication.operations loop
        v_emit := E'insert\n' || v_advice || 'into marketing.pipeline_events (event_type, payload, priority, run_at, parent_id, root_id)'
            || pipeline.publication_select(
                publication, v_operation, case v_operation when 'delete' then 'old_rows' else 'new_rows' end
            );

        if v_operation = 'update' then
            v_emit := format(
                E'if (select count(*) from (select from new_rows limit 51) as few) <= 50 then\n%1$s;\nelse\nexecute %1$L;\nend if',
                v_emit
            );
        end if;

        v_branches := v_branches || format(E'if tg_op = %L then\n%s;\nend if;\n', upper(v_operation), v_emit);
    end loop;

    -- A column of the transition tables is meant wherever PL/pgSQL has a variable of that name, such as old.
    return format(E'\n#variable_conflict use_column\nbegin\n%sreturn null;\nend\n', v_branches);
end
$$;

comment on function pipeline.publication_body(pipeline.publications) is 'The PL/pgSQL of a publication''s trigger function.';

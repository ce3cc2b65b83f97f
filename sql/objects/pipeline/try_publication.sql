-- pipeline.try_publication(publication): has the server read a publication's expressions before any writer meets them.
--
-- Arguments: publication.
-- Returns: nothing; raises what the server says of its payload, condition or cause.
-- Reads:  the published table, no row of it
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.try_publication(publication pipeline.publications)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation text;
    v_problem text;
begin
    foreach v_operation in array publication.operations loop
        -- As in its trigger: both names are there, and hold rows of the table.
        execute format(
            'with new_rows as (select * from %1$s limit 0), old_rows as (select * from %1$s limit 0) %2$s',
            publication.source,
            pipeline.publication_select(publication, v_operation, case v_operation when 'delete' then 'old_rows' else 'new_rows' end)
        );
    end loop;
exception
    when syntax_error_or_access_rule_violation then
        get stacked diagnostics v_problem = message_text;
        raise exception using
            errcode = sqlstate,
            message = format('The publication of %s cannot be read as SQL: %s.', publication.source, v_problem),
            hint = 'payload, condition and cause are SQL expressions in which row is the changed row: row.id. Names outside pg_catalog need their schema.';
end
$$;

comment on function pipeline.try_publication(pipeline.publications) is 'Raises an error when the expressions of a publication cannot be read.';

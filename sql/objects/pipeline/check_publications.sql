-- pipeline.check_publications(): says in the daemon's log which published tables nobody can write to.
--
-- Returns: nothing; raises invalid_object_definition when there are any.
-- Reads:  pipeline.publications
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.check_publications()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_problems text;
begin
    select string_agg(format('%s: %s', broken.source, broken.problem), '; ') into v_problems
    from pipeline.broken_publications() as broken;

    if v_problems is not null then
        raise invalid_object_definition using
            message = format('Writers of published tables fail. %s', v_problems),
            hint = 'SELECT pipeline.publish(…) again with the names that there are now, or pipeline.unpublish(…).';
    end if;
end
$$;

comment on function pipeline.check_publications() is 'Raises an error that names the published tables nobody can write to.';

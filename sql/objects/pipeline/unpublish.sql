-- pipeline.unpublish(source, event_type): from now on changes of a table are no events.
--
-- Events that were emitted stay.
--
-- Arguments: source; event_type, NULL: every type.
-- Returns: how many triggers were dropped.
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  the table, exclusively, while triggers are dropped

create or replace function pipeline.unpublish(source regclass, event_type text default null)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids integer[];
    v_dropped integer;
begin
    with gone as (
        delete from pipeline.publications as publication
        where publication.source = unpublish.source
        and publication.event_type = coalesce(unpublish.event_type, publication.event_type)
        returning publication.id
    )
    select array_agg(gone.id) into v_ids from gone;

    if v_ids is null then
        raise undefined_object using
            message = format('%s is not published%s.', source, ' as ' || event_type),
            hint = 'SELECT source, event_type FROM pipeline.publications;';
    end if;

    select sum(pipeline.remove_publication_triggers(id)) into v_dropped from unnest(v_ids) as id;
    return v_dropped;
end
$$;

comment on function pipeline.unpublish(regclass, text) is
    'Ends what pipeline.publish began; NULL: for every event type of the table. Returns how many triggers were dropped.';

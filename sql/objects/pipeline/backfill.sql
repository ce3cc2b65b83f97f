-- pipeline.backfill(source, event_type, per_second): emits for the rows that a published table has already.
--
-- Rows for which the publication's condition holds. Their events are due one after the other, so that the stage is not flooded and
-- what comes in meanwhile overtakes them.
--
-- Arguments: source; event_type: as published; per_second: how many become due in a second, default 100.
-- Returns: how many events were emitted.
-- Reads:  pipeline.publications, the table
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function pipeline.backfill(source regclass, event_type text, per_second numeric default 100)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_publication pipeline.publications;
    v_emitted bigint;
begin
    select publication.* into v_publication
    from pipeline.publications as publication
    where publication.source = backfill.source
    and publication.event_type = backfill.event_type
    order by publication.id
    limit 1;

    if not found then
        raise undefined_object using
            message = format('%s is not published as %s.', source, event_type),
            hint = 'SELECT source, event_type FROM pipeline.publications;';
    elsif per_second is null or per_second <= 0 then
        raise invalid_parameter_value using message = 'per_second must be more than 0.';
    end if;

    execute format(
        $sql$
        insert into marketing.pipeline_events (event_type, payload, priority, run_at, parent_id, root_id)
        select
            event_type, payload, priority,
            run_at + (row_number() over () - 1) * interval '1 second' / $1::double precision,
            parent_id, root_id
        from (%s) as existing (event_type, payload, priority, run_at, parent_id, root_id)
        $sql$,
        pipeline.publication_select(v_publication, 'insert', backfill.source::text)
    )
    using per_second;
    get diagnostics v_emitted = row_count;
    return v_emitted;
end
$$;

comment on function pipeline.backfill(regclass, text, numeric) is
    'Emits events for the rows that a published table has already, so many a second. Returns how many.';

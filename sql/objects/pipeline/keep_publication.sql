-- pipeline.keep_publication(publication): writes the row of a publication, unless it is there just so.
--
-- Arguments: publication, without id and created_at.
-- Returns: its id.
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  its row

create or replace function pipeline.keep_publication(publication pipeline.publications)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id integer;
begin
    insert into pipeline.publications as kept (
        source, trigger_name, event_type, operations, columns, condition, payload, key_columns, priority, delay, cause
    )
    select
        publication.source, publication.trigger_name, publication.event_type, publication.operations, publication.columns,
        publication.condition, publication.payload, publication.key_columns, publication.priority, publication.delay, publication.cause
    on conflict (source, trigger_name) do update
    set event_type = excluded.event_type,
        operations = excluded.operations,
        columns = excluded.columns,
        condition = excluded.condition,
        payload = excluded.payload,
        key_columns = excluded.key_columns,
        priority = excluded.priority,
        delay = excluded.delay,
        cause = excluded.cause,
        created_at = now()
    where (
        kept.event_type, kept.operations, kept.columns, kept.condition, kept.payload, kept.key_columns, kept.priority, kept.delay, kept.cause
    ) is distinct from (
        excluded.event_type, excluded.operations, excluded.columns, excluded.condition, excluded.payload, excluded.key_columns,
        excluded.priority, excluded.delay, excluded.cause
    )
    returning kept.id into v_id;

    return coalesce(
        v_id,
        (
            select kept.id from pipeline.publications as kept
            where kept.source = publication.source
            and kept.trigger_name = publication.trigger_name
        )
    );
end
$$;

comment on function pipeline.keep_publication(pipeline.publications) is 'Writes the row of a publication; returns its id.';

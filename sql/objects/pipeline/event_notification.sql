-- pipeline.event_notification(id, event_type, payload): what a listener reads about one event.
--
-- NOTIFY refuses 8,000 bytes and more, and a refused NOTIFY would abort the writer's transaction. So a long payload is cut to
-- its short values (ids and keys), and if even that is too long, to nothing; `shortened` then says so.
--
-- Arguments: id, event_type and payload of the event.
-- Returns: JSON text {"id", "event_type", "payload", "shortened"?}, always under 8,000 bytes.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.event_notification(id bigint, event_type text, payload jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_body text := jsonb_build_object('id', id, 'event_type', event_type, 'payload', payload)::text;
begin
    if octet_length(v_body) < 8000 then
        return v_body;
    end if;

    v_body := jsonb_build_object(
        'id', id,
        'event_type', event_type,
        'shortened', true,
        'payload', (
            select coalesce(jsonb_object_agg(field.key, field.value), '{}')
            from jsonb_each(payload) as field
            where octet_length(field.key) + octet_length(field.value::text) < 200
        )
    )::text;

    if octet_length(v_body) < 8000 then
        return v_body;
    end if;

    return jsonb_build_object('id', id, 'event_type', event_type, 'shortened', true)::text;
end
$$;

comment on function pipeline.event_notification(bigint, text, jsonb) is
    'The body of a notification about one event: JSON, always under 8,000 bytes; long payload values are left out and "shortened" says so.';

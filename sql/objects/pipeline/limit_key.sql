-- pipeline.limit_key(payload, field): which bucket of a limit an event belongs to.
--
-- Arguments: payload of the event; field: the limit's key, NULL: it has none.
-- Returns: the field's value as text, empty where there is none; of a value that no index would take, a digest.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.limit_key(payload jsonb, field text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return case
    when length(payload ->> field) > 200 then md5(payload ->> field)
    else coalesce(payload ->> field, '')
end;

comment on function pipeline.limit_key(jsonb, text) is 'The bucket of a limit that an event belongs to.';

-- pipeline.record_of(event_id, payload): the record that an event is about, for the error log.
--
-- Arguments: the event's id and payload.
-- Returns: the first of the payload's known ids, else the event's own id, as text of at most 200 characters: what is longer is no
--          record's id, and no index takes it.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.record_of(event_id bigint, payload jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return left(
    coalesce(
        payload ->> 'record_id',
        payload ->> 'company_unique_id',
        payload ->> 'slot_id',
        payload ->> 'run_id',
        event_id::text
    ),
    200
);

comment on function pipeline.record_of(bigint, jsonb) is 'The record an event is about: the payload''s record_id, company_unique_id, slot_id or run_id, else the event''s id.';

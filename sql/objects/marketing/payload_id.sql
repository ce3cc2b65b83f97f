-- marketing.payload_id(payload, key): a whole number from a payload that anybody may have written.
--
-- Arguments: payload of an event; key in it.
-- Returns: the number; NULL when the key is missing or is not a whole number of at most 18 digits.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function marketing.payload_id(payload jsonb, key text)
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
return case when payload ->> key ~ '^[0-9]{1,18}$' then (payload ->> key)::bigint end;

comment on function marketing.payload_id(jsonb, text) is 'A whole number from a payload; NULL when it is missing or no number.';

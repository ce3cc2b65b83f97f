-- pipeline.summary_notification(event_type, events, first_id, last_id): what listeners hear of many events at once.
--
-- Arguments: event_type; events: how many; first_id, last_id: lowest and highest id among them.
-- Returns: JSON, always under 8,000 bytes.
-- Reads:  nothing
-- Locks:  none

create or replace function pipeline.summary_notification(event_type text, events numeric, first_id bigint, last_id bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return jsonb_build_object('event_type', event_type, 'count', events, 'first_id', first_id, 'last_id', last_id)::text;

comment on function pipeline.summary_notification(text, numeric, bigint, bigint) is
    'The body of a notification about many events of one type: how many, and their first and last id.';

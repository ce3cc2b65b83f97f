-- cli/event_triggers: the event triggers, by the query that users know: information_schema has a row for each manipulation.
--
-- Returns: schema, "table", name, fires_on (such as INSERT, or INSERT or UPDATE), all text, in the order of schema and table.
-- Reads:  information_schema.triggers
-- Locks:  none
select
    event_object_schema::text as schema,
    event_object_table::text as "table",
    trigger_name::text as name,
    string_agg(event_manipulation::text, ' or ' order by event_manipulation) as fires_on
from information_schema.triggers
where trigger_name like 'trigger_%event'
-- What an adoption set aside fires no more.
and event_object_schema <> 'originals'
group by event_object_schema, event_object_table, trigger_name
order by event_object_schema, event_object_table, trigger_name

-- cli/existing_triggers: the triggers of these names, and what they do.
--
-- $1 text[]: names.
-- Returns: name, table (with schema), function (with schema), enabled boolean.
-- Reads:  pg_catalog.pg_trigger, pg_catalog.pg_class, pg_catalog.pg_namespace, pg_catalog.pg_proc
-- Locks:  none
select
    trigger.tgname::text as name,
    format('%I.%I', table_schema.nspname, relation.relname) as "table",
    format('%I.%I', function_schema.nspname, function.proname) as function,
    trigger.tgenabled in ('O', 'A') as enabled
from pg_catalog.pg_trigger as trigger
join pg_catalog.pg_class as relation on relation.oid = trigger.tgrelid
join pg_catalog.pg_namespace as table_schema on table_schema.oid = relation.relnamespace
join pg_catalog.pg_proc as function on function.oid = trigger.tgfoid
join pg_catalog.pg_namespace as function_schema on function_schema.oid = function.pronamespace
where trigger.tgname = any ($1::text[])
and not trigger.tgisinternal
-- Partitions carry copies of their table's triggers.
and trigger.tgparentid = 0

-- cli/foreign_triggers: triggers under our names that do not call our function.
--
-- Returns: name, table, definition.
-- Reads:  pg_trigger
-- Locks:  none
select
    trigger.tgname::text as name,
    trigger.tgrelid::regclass::text as "table",
    pg_get_triggerdef(trigger.oid) as definition
from pg_catalog.pg_trigger as trigger
join pg_catalog.pg_class as class on class.oid = trigger.tgrelid
join pg_catalog.pg_namespace as space on space.oid = class.relnamespace
join pg_catalog.pg_proc as routine on routine.oid = trigger.tgfoid
join pg_catalog.pg_namespace as routine_space on routine_space.oid = routine.pronamespace
where space.nspname in ('intake', 'marketing')
and trigger.tgname like 'trigger\_%event'
and not trigger.tgisinternal
and (routine_space.nspname, routine.proname) <> ('marketing', 'notify_pipeline_event')
order by 2, 1

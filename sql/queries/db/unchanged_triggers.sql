-- db/unchanged_triggers: the triggers that are as a deploy made them
--
-- Columns:    statement  text  what made one
-- Reads:      pipeline.installed_triggers, pg_trigger
-- Locks:      none
select noted.statement
from pipeline.installed_triggers as noted
join pg_catalog.pg_trigger as there
    on there.tgrelid = pg_catalog.to_regclass(noted.table_name)
    and there.tgname = noted.name
where pg_catalog.pg_get_triggerdef(there.oid) = noted.definition;

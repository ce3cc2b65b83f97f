-- db/note_trigger: remembers a trigger that was just made
--
-- Parameters: $1  text  its table, with the schema
--             $2  text  its name
--             $3  text  what made it
-- Columns:    none
-- Reads:      pg_trigger
-- Writes:     pipeline.installed_triggers
-- Locks:      its row
insert into pipeline.installed_triggers as noted (table_name, name, statement, definition)
select $1::text, $2::text, $3::text, pg_catalog.pg_get_triggerdef(made.oid)
from pg_catalog.pg_trigger as made
where made.tgrelid = pg_catalog.to_regclass($1::text)
and made.tgname = $2::text
on conflict (table_name, name) do update
set statement = excluded.statement,
    definition = excluded.definition;

-- cli/create_import: a place for the lines of one import, gone with its transaction.
--
-- Returns: nothing.
-- Writes: a temporary table
-- Locks:  none
create temporary table import_lines (like intake.company_raw_intake) on commit drop;
alter table import_lines alter column id drop not null, alter column created_at drop not null, alter column updated_at drop not null

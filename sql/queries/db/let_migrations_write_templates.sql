-- db/let_migrations_write_templates: keeps the deployed check of templates from judging those that migrations bring.
--
-- It is the check of the version before, which does not know the values of this one's texts.
--
-- Parameters: none (simple protocol)
-- Reads:      pg_catalog.pg_trigger
-- Locks:      public.message_templates against writers, where it has the check
do $$
begin
    if exists (
        select from pg_catalog.pg_trigger
        where tgrelid = pg_catalog.to_regclass('public.message_templates')
        and tgname = 'check_template'
    ) then
        alter table public.message_templates disable trigger check_template;
    end if;
end
$$

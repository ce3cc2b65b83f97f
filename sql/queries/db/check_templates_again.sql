-- db/check_templates_again: has templates checked again, after the migrations, or after a deploy that ended in the middle of them.
--
-- Parameters: none (simple protocol)
-- Reads:      pg_catalog.pg_trigger
-- Locks:      public.message_templates against writers, where its check is switched off
do $$
begin
    if exists (
        select from pg_catalog.pg_trigger
        where tgrelid = pg_catalog.to_regclass('public.message_templates')
        and tgname = 'check_template'
        and tgenabled = 'D'
    ) then
        alter table public.message_templates enable trigger check_template;
    end if;
end
$$

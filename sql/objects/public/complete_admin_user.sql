-- public.complete_admin_user(): an operator's number in international form.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_admin_user()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.admin_phone := public.read_phone(new.admin_phone);
    return new;
end
$$;

comment on function public.complete_admin_user() is 'Trigger function of admin_users: brings the number into one form.';

create or replace trigger complete_admin_user
    before insert or update of admin_phone on public.admin_users
    for each row
    execute function public.complete_admin_user();

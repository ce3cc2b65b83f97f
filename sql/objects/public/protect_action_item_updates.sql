-- public.protect_action_item_updates(): the record of changes is written by its trigger only and is never changed.
--
-- Only the erasure of a person may empty values. Whoever owns the table can switch this off; check_action_item_updates then shows what
-- was changed.
--
-- Returns: the row.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.protect_action_item_updates()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' and pg_trigger_depth() > 1 then
        return new;
    elsif tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and new.row_hash = old.row_hash and public.action_item_hash(new) = public.action_item_hash(old)
    then
        return new;
    end if;

    raise insufficient_privilege using
        message = 'The record of changes of action items is never changed.',
        hint = 'Change the item itself: the change is recorded. A person''s words leave it with SELECT erase_contractor(id).';
end
$$;

comment on function public.protect_action_item_updates() is 'Trigger function of action_item_updates: refuses all changes but erasures.';

create or replace trigger protect_action_item_updates
    before insert or update or delete on public.action_item_updates
    for each row
    execute function public.protect_action_item_updates();

create or replace trigger protect_action_item_updates_from_truncate
    before truncate on public.action_item_updates
    for each statement
    execute function public.protect_action_item_updates();

-- public.protect_action_item_updates(): the record of changes is written by its trigger only and is never changed.
--
-- Only the trigger function that records may insert, and only the erasure of a person may empty values: both run with their owner's rights,
-- so that a trigger of somebody else's, or an UPDATE that looks like an erasure, is refused. Items are not emptied either: TRUNCATE records
-- nothing. Whoever owns the tables can switch this off; check_action_item_updates then shows what was changed.
--
-- Returns: the row.
-- Reads:  pg_catalog.pg_proc
-- Writes: nothing
-- Locks:  none

create or replace function public.protect_action_item_updates()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_is_ours constant boolean := pg_get_userbyid((
        select function.proowner
        from pg_catalog.pg_proc as function
        where function.oid = 'public.record_action_item_change()'::regprocedure
    )) = current_user;
begin
    if tg_table_name = 'contractor_action_items' then
        raise insufficient_privilege using
            message = 'TRUNCATE would leave no record of the action items.',
            hint = 'DELETE FROM contractor_action_items: each deletion is recorded.';
    elsif tg_op = 'INSERT' and pg_trigger_depth() > 1 and v_is_ours then
        return new;
    elsif v_is_ours and tg_op = 'UPDATE' and old.erased_at is null and new.erased_at is not null
        and new.row_hash = old.row_hash and public.action_item_hash(new) = public.action_item_hash(old)
    then
        return new;
    end if;

    raise insufficient_privilege using
        message = 'The record of changes of action items is never changed.',
        hint = 'Change the item itself: the change is recorded. A person''s words leave it with SELECT erase_contractor(id).';
end
$$;

comment on function public.protect_action_item_updates() is 'Trigger function of action_item_updates and, for TRUNCATE, of contractor_action_items: refuses all changes but erasures.';

create or replace trigger protect_action_item_updates
    before insert or update or delete on public.action_item_updates
    for each row
    execute function public.protect_action_item_updates();

create or replace trigger protect_action_item_updates_from_truncate
    before truncate on public.action_item_updates
    for each statement
    execute function public.protect_action_item_updates();

create or replace trigger protect_action_items_from_truncate
    before truncate on public.contractor_action_items
    for each statement
    execute function public.protect_action_item_updates();

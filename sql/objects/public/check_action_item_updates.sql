-- public.check_action_item_updates(): what was tampered with in the record of changes of action items.
--
-- Each row must carry its own seal and the one before it, none may be missing, the last recorded status must be the item's, and an item that
-- is not there must have been deleted by a recorded change.
--
-- Returns: action_item_id, update_number, problem: in words; no rows: all is as it was written.
-- Reads:  public.action_item_updates, public.contractor_action_items
-- Writes: nothing
-- Locks:  none

create or replace function public.check_action_item_updates()
returns table (action_item_id bigint, update_number integer, problem text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with
    changes as materialized (
        select
            change.*,
            public.action_item_hash(change) as true_hash,
            public.action_item_digest(change.salt, change.old_value, change.new_value, change.update_note) as true_digest,
            lag(change.row_hash) over by_item as hash_before,
            row_number() over by_item as place
        from public.action_item_updates as change
        window by_item as (partition by change.action_item_id order by change.update_number)
    )
    select changes.action_item_id, changes.update_number, 'it was altered: its seal does not fit'
    from changes
    where changes.row_hash <> changes.true_hash
    union all
    select changes.action_item_id, changes.update_number, 'its values were altered'
    from changes
    where changes.erased_at is null
    and changes.digest <> changes.true_digest
    union all
    select changes.action_item_id, changes.update_number, 'a change before it is missing'
    from changes
    where changes.update_number <> changes.place
    or changes.previous_hash is distinct from changes.hash_before
    union all
    select item.id, null, 'its last recorded status is not its status: changes are missing'
    from public.contractor_action_items as item
    where item.status <> coalesce(
        (
            select case when change.erased_at is null then change.new_value else item.status end
            from public.action_item_updates as change
            where change.action_item_id = item.id
            and change.update_type = 'status_change'
            order by change.update_number desc
            limit 1
        ),
        (
            -- An item that begins in another status has a change of it.
            select 'pending'
            from public.action_item_updates as change
            where change.action_item_id = item.id
            and change.update_number = 1
            and change.update_type = 'created'
            and not exists (
                select from public.action_item_updates as other where other.action_item_id = item.id and other.update_type = 'status_change'
            )
        ),
        ''
    )
    union all
    select last.action_item_id, last.update_number, 'its item is gone, and nobody is recorded to have deleted it'
    from (
        select distinct on (changes.action_item_id) changes.*
        from changes
        order by changes.action_item_id, changes.update_number desc
    ) as last
    where last.update_type <> 'deleted'
    and not exists (select from public.contractor_action_items as item where item.id = last.action_item_id)
    order by 1, 2;
end;

comment on function public.check_action_item_updates() is 'What was tampered with in the record of changes: SELECT * FROM check_action_item_updates(). No rows: nothing.';

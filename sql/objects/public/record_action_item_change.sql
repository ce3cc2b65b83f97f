-- public.record_action_item_change(): every change of an action item is recorded, by whomever and however it is made.
--
-- One row for each column that changed. The item's own row is locked by whoever changes it, so its record grows by one at a time, and each
-- row seals the one before.
--
-- Returns: nothing of use (after trigger).
-- Reads:  public.action_item_updates
-- Writes: public.action_item_updates
-- Locks:  none beyond the item

create or replace function public.record_action_item_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_item constant public.contractor_action_items := case when tg_op = 'DELETE' then old else new end;
    v_change public.action_item_updates;
    v_last public.action_item_updates;
    v_changed record;
begin
    for v_changed in
        select changed.key, changed.old_value, changed.new_value
        from (
            select 'created' as key, null as old_value, v_item.title as new_value where tg_op = 'INSERT'
            union all
            -- Whatever says otherwise begins as pending.
            select 'status_change', null, v_item.status where tg_op = 'INSERT' and v_item.status <> 'pending'
            union all
            select 'deleted', v_item.title, null where tg_op = 'DELETE'
            union all
            select
                case before.key
                    when 'status' then 'status_change'
                    when 'priority' then 'priority_change'
                    when 'due_date' then 'due_date_change'
                    when 'description' then 'note_added'
                    else before.key || '_change'
                end,
                before.value, after.value
            from jsonb_each_text(case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end) as before (key, value)
            join jsonb_each_text(case when tg_op = 'UPDATE' then to_jsonb(new) else '{}' end) as after (key, value) on after.key = before.key
            where before.value is distinct from after.value
            and before.key not in ('updated_at', 'completed_at')
        ) as changed
        order by changed.key
    loop
        select change.* into v_last
        from public.action_item_updates as change
        where change.action_item_id = v_item.id
        order by change.update_number desc
        limit 1;

        v_change := null;
        v_change.action_item_id := v_item.id;
        v_change.contractor_id := v_item.contractor_id;
        v_change.update_type := v_changed.key;
        v_change.old_value := v_changed.old_value;
        v_change.new_value := v_changed.new_value;
        v_change.update_note := nullif(current_setting('pgcascade.update_note', true), '');
        v_change.updated_by := coalesce(nullif(current_setting('pgcascade.updated_by', true), ''), 'operator');
        v_change.update_source := left(
            coalesce(
                nullif(current_setting('pgcascade.update_source', true), ''), nullif(current_setting('application_name', true), ''), 'sql'
            ),
            100
        );
        v_change.message_id := nullif(current_setting('pgcascade.update_message_id', true), '')::bigint;
        v_change.database_user := session_user;
        v_change.update_number := coalesce(v_last.update_number, 0) + 1;
        v_change.previous_hash := v_last.row_hash;
        v_change.salt := gen_random_uuid()::text;
        v_change.created_at := clock_timestamp();
        v_change.digest := public.action_item_digest(v_change.salt, v_change.old_value, v_change.new_value, v_change.update_note);

        insert into public.action_item_updates (
            action_item_id, contractor_id, update_type, old_value, new_value, update_note, updated_by, update_source, message_id,
            database_user, update_number, salt, digest, previous_hash, row_hash, created_at
        )
        values (
            v_change.action_item_id, v_change.contractor_id, v_change.update_type, v_change.old_value, v_change.new_value,
            v_change.update_note, v_change.updated_by, v_change.update_source, v_change.message_id, v_change.database_user,
            v_change.update_number, v_change.salt, v_change.digest, v_change.previous_hash, public.action_item_hash(v_change),
            v_change.created_at
        );
    end loop;

    return null;
end
$$;

comment on function public.record_action_item_change() is 'Trigger function of contractor_action_items: records every change.';

create or replace trigger record_action_item_change
    after insert or update or delete on public.contractor_action_items
    for each row
    execute function public.record_action_item_change();

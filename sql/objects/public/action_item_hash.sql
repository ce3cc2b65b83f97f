-- public.action_item_hash(change): the seal of a recorded change, over all of it that is never erased.
--
-- Arguments: change: a row of action_item_updates.
-- Returns: SHA-256, in hexadecimal.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.action_item_hash(change public.action_item_updates)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
begin atomic
    select encode(
        sha256(
            convert_to(
                jsonb_build_array(
                    change.action_item_id, change.contractor_id, change.update_number, change.update_type, change.updated_by,
                    change.update_source, change.message_id, change.database_user, change.digest, change.previous_hash,
                    extract(epoch from change.created_at)
                )::text,
                'UTF8'
            )
        ),
        'hex'
    );
end;

comment on function public.action_item_hash(public.action_item_updates) is 'The seal of a recorded change.';

-- public.action_item_digest(salt, old_value, new_value, update_note): what stays of the values of a change when they are erased.
--
-- Arguments: salt: random, goes with the values; the values.
-- Returns: SHA-256, in hexadecimal.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.action_item_digest(salt text, old_value text, new_value text, update_note text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
return encode(sha256(convert_to(jsonb_build_array(salt, old_value, new_value, update_note)::text, 'UTF8')), 'hex');

comment on function public.action_item_digest(text, text, text, text) is 'What stays of the values of a change when they are erased.';

-- public.note_chat_model(is_there): whether a chat model is configured, as the daemon that starts knows.
--
-- Arguments: is_there.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.followup_settings
-- Locks:  its row

create or replace function public.note_chat_model(is_there boolean)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update public.followup_settings as setting
    set words_by_model = note_chat_model.is_there
    where setting.words_by_model <> note_chat_model.is_there;
end;

comment on function public.note_chat_model(boolean) is 'Says whether a chat model is configured: SELECT note_chat_model(false) ends asking it for words.';

revoke execute on function public.note_chat_model(boolean) from public;

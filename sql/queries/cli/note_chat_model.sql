-- cli/note_chat_model: whether a chat model is configured.
--
-- $1 boolean: it is.
-- Columns: nothing of use.
-- Writes: by public.note_chat_model what it writes
-- Locks:  the row of followup_settings
select public.note_chat_model($1::boolean)

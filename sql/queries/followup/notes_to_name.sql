-- followup/notes_to_name: notes as rules have organised them, whose names and companies a chat model is asked for.
--
-- $1 bigint[]: notes.
-- Columns: note_id; note_text; fingerprint: of those words; prompt.
-- Reads:  public.event_notes, public.chat_prompts
-- Locks:  none
select note.id as note_id, note.note_text, md5(concat_ws(E'\n', note.note_text, note.note_type, note.extracted_entities::text)) as fingerprint, prompt.body as prompt
from public.event_notes as note
join public.chat_prompts as prompt on prompt.purpose = 'note'
where note.id = any ($1::bigint[])
and note.ai_categorization like 'rules: %'

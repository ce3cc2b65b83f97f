-- followup/notes_to_name: notes as rules have organised them, with the names and companies that a chat model has found in their texts.
--
-- $1 bigint[]: received texts.
-- Columns: note_id; note_text; note_type; entities; found_names: JSON object of names and companies.
-- Reads:  public.inbound_messages
-- Writes: nothing
-- Locks:  the notes, in the order of their ids
select note.id as note_id, note.note_text, note.note_type, note.extracted_entities as entities, message.found_names
from public.event_notes as note
join public.inbound_messages as message on message.id = note.inbound_message_id
where note.inbound_message_id = any ($1::bigint[])
and note.ai_categorization like 'rules: %'
and note.note_text = message.body
and message.found_names is not null
order by note.id
for no key update of note

-- followup/keep_entities: notes as they are with the names that a chat model has found, and what follows from them.
--
-- $1 jsonb: array of note_id, note_type, entities, tags, priority, requires_followup.
-- Writes: public.event_notes
-- Locks:  the notes, which are held already
update public.event_notes as note
set extracted_entities = given.entities,
    note_type = given.note_type,
    ai_categorization = 'model: ' || given.note_type,
    ai_tags = given.tags,
    ai_priority_score = given.priority,
    requires_followup = given.requires_followup
from jsonb_to_recordset($1::jsonb) as given (
    note_id bigint, note_type text, entities jsonb, tags jsonb, priority numeric, requires_followup boolean
)
where note.id = given.note_id

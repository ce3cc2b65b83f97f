-- followup/keep_entities: names and companies that a chat model found in notes, and what follows from them.
--
-- A note that was changed, organised by hand or erased since stays as it is.
--
-- $1 jsonb: array of note_id; fingerprint: of the words that were read; note_type, entities, tags, priority, requires_followup.
-- Columns: note_id of those that were kept; the others came too late.
-- Writes: public.event_notes
-- Locks:  the notes
update public.event_notes as note
set extracted_entities = given.entities,
    note_type = given.note_type,
    ai_categorization = 'model: ' || given.note_type,
    ai_tags = given.tags,
    ai_priority_score = given.priority,
    requires_followup = given.requires_followup
from jsonb_to_recordset($1::jsonb) as given (
    note_id bigint, fingerprint text, note_type text, entities jsonb, tags jsonb, priority numeric, requires_followup boolean
)
where note.id = given.note_id
and note.ai_categorization like 'rules: %'
and md5(concat_ws(E'\n', note.note_text, note.note_type, note.extracted_entities::text)) = given.fingerprint
returning note.id as note_id

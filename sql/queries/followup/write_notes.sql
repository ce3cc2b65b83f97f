-- followup/write_notes: writes notes, each once, and that their texts were acted on.
--
-- $1 jsonb: array of decision_id, read_by: rules or model, and the columns of event_notes.
-- Writes: public.event_notes, public.sms_routing_decisions
-- Locks:  the new rows, the decisions
with
given as materialized (
    select given.*
    from jsonb_to_recordset($1::jsonb) as given (
        decision_id bigint, inbound_id bigint, event_id bigint, contractor_id bigint, note_text text, note_type text, entities jsonb,
        session_context text, session_time time, speaker_id bigint, sponsor_id bigint, agenda_item_id bigint, priority numeric, tags jsonb,
        captured_at timestamptz, requires_followup boolean, conversation jsonb, read_by text
    )
),
written as (
    insert into public.event_notes (
        event_id, contractor_id, note_text, note_type, extracted_entities, session_context, session_time, speaker_id, sponsor_id,
        agenda_item_id, ai_categorization, ai_priority_score, ai_tags, captured_at, requires_followup, conversation_context,
        inbound_message_id
    )
    select
        given.event_id, given.contractor_id, given.note_text, given.note_type, given.entities, given.session_context, given.session_time,
        given.speaker_id, given.sponsor_id, given.agenda_item_id, given.read_by || ': ' || given.note_type, given.priority, given.tags,
        given.captured_at, given.requires_followup, given.conversation, given.inbound_id
    from given
    order by given.decision_id
    on conflict (inbound_message_id) do nothing
)
update public.sms_routing_decisions as decision
set routed_successfully = true
from given
where decision.id = given.decision_id

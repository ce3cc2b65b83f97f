-- followup/keep_words: a model's words for follow-ups that still wait and still are what it was asked about.
--
-- $1 jsonb: array of followup_id, due_event_id, fingerprint, message.
-- Columns: followup_id of those that were kept; the others came too late.
-- Writes: public.contractor_followup_schedules
-- Locks:  the follow-ups
update public.contractor_followup_schedules as followup
set ai_message = given.message
from jsonb_to_recordset($1::jsonb) as given (followup_id bigint, due_event_id bigint, fingerprint text, message text)
where followup.id = given.followup_id
and followup.pipeline_event_id = given.due_event_id
and followup.status = 'scheduled'
and followup.message_id is null
and given.fingerprint = md5(concat_ws(E'\n', followup.message_template, followup.message_tone, followup.ai_context_hints::text))
returning followup.id as followup_id

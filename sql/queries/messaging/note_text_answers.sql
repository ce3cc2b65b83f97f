-- messaging/note_text_answers: what became of calls.
--
-- $1 bigint[]: attempts; $2 text[]: outcomes; $3 text[]: the provider's ids of people; $4 text[]: and of texts; $5 text[]: reasons.
-- Columns: how many texts were written.
-- Writes: by public.note_text_answers public.message_attempts, public.event_messages, marketing.pipeline_events
-- Locks:  the texts in the order of their ids, then their attempts
select public.note_text_answers($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])

-- followup/write_priorities: makes action items of what matters most to somebody, and says so.
--
-- $1 jsonb: array of items: decision_id, inbound_id, contractor_id, event_id, place: 1 first, title, action_type, due_date, suggested,
--           confidence, reasoning, note_id, speaker_id, sponsor_id, peer_id; null where there is none.
-- Columns: nothing of use.
-- Writes: public.contractor_action_items; by its triggers public.action_item_updates and public.contractor_followup_schedules;
--         by public.say_who_changes, public.reply_to_text and public.finish_routing what they write
-- Locks:  the new rows
with
given as materialized (
    select given.*
    from jsonb_to_recordset($1::jsonb) as given (
        decision_id bigint, inbound_id bigint, contractor_id bigint, event_id bigint, place integer, title text, action_type text,
        due_date date, suggested integer, confidence numeric, reasoning text, note_id bigint, speaker_id bigint, sponsor_id bigint,
        peer_id bigint
    )
),
written as (
    insert into public.contractor_action_items (
        contractor_id, event_id, title, action_type, priority, contractor_priority, ai_suggested_priority, due_date, related_note_id,
        related_speaker_id, related_sponsor_id, related_peer_contractor_id, ai_generated, ai_reasoning, extraction_confidence,
        source_message_id
    )
    select
        given.contractor_id, given.event_id, given.title, given.action_type, given.place, given.place, given.suggested, given.due_date,
        given.note_id, given.speaker_id, given.sponsor_id, given.peer_id, false, given.reasoning, given.confidence, given.inbound_id
    from given
    order by given.decision_id, given.place
    returning contractor_action_items.id
)
select
    answered.decision_id,
    public.finish_routing(answered.decision_id, 'priorities_saved'),
    public.reply_to_text(
        answered.inbound_id, 'reply',
        format(
            'Got it, %s noted. I will check in with you about %s.',
            case answered.items when 1 then 'one priority is' else format('%s priorities are', answered.items) end,
            case answered.items when 1 then 'it' else 'them' end
        )
    ) as reply_id
from (
    select given.decision_id, given.inbound_id, count(*) as items
    from given
    group by given.decision_id, given.inbound_id
    order by given.decision_id
) as answered

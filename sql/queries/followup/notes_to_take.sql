-- followup/notes_to_take: received texts that are notes, with what was going on when they were written.
--
-- Of several sessions at once nobody knows which was meant, so there is no context until their writer says it (ask_which_session).
--
-- $1 bigint[]: events, already claimed.
-- Columns: event_id: the claimed event; decision_id; inbound_id; body; contractor_id; public_event_id; at; context, session_time,
--          agenda_item_id, speaker_id, sponsor_id: NULL where nothing or several things were going on; sponsors: JSON array of id and name;
--          conversation: JSON array of the texts before; found_names: names and companies that a chat model has found already, NULL: not yet.
-- Reads:  marketing.pipeline_events, public.sms_routing_decisions, public.inbound_messages, public.event_sponsors,
--         public.vw_conversation; by public.sessions_on what it reads
-- Locks:  the received texts, in the order of their ids, so that names that are found meanwhile wait for their notes
with
notes as materialized (
    select
        event.id as event_id, decision.id as decision_id, inbound.id as inbound_id, inbound.body, decision.contractor_id,
        decision.event_id as public_event_id, coalesce(inbound.received_at, inbound.stored_at) as at, inbound.phone_number,
        inbound.found_names
    from marketing.pipeline_events as event
    join public.sms_routing_decisions as decision on decision.id = marketing.payload_id(event.payload, 'record_id')
    join public.inbound_messages as inbound on inbound.id = decision.inbound_message_id
    where event.id = any ($1::bigint[])
    order by inbound.id
    for share of inbound
)
select
    notes.event_id, notes.decision_id, notes.inbound_id, notes.body, notes.contractor_id, notes.public_event_id, notes.at, notes.found_names,
    running.context, running.session_time, running.agenda_item_id, running.speaker_id, running.sponsor_id,
    (
        select coalesce(jsonb_agg(jsonb_build_object('id', sponsor.id, 'name', sponsor.sponsor_name) order by sponsor.id), '[]')
        from public.event_sponsors as sponsor
        where sponsor.event_id = notes.public_event_id
    ) as sponsors,
    (
        select coalesce(jsonb_agg(jsonb_build_object('at', said.at, 'direction', said.direction, 'text', said.text) order by said.at), '[]')
        from (
            select conversation.at, conversation.direction, conversation.text
            from public.vw_conversation as conversation
            where conversation.phone = notes.phone_number
            and conversation.at < notes.at
            and conversation.at > notes.at - interval '2 hours'
            order by conversation.at desc
            limit 4
        ) as said
    ) as conversation
from notes
left join lateral (
    select
        min(session.context) as context,
        min(session.session_time) as session_time,
        min(session.agenda_item_id) as agenda_item_id,
        min(session.speaker_id) as speaker_id,
        min(session.sponsor_id) as sponsor_id
    from public.sessions_on(notes.public_event_id, notes.at) as session
    having count(*) = 1
) as running on true
order by notes.decision_id

-- followup/answers_to_take: answers about action items and priorities, with what is known of their writers.
--
-- $1 bigint[]: events, already claimed.
-- Columns: event_id: the claimed event; decision_id; inbound_id; question_id: the text that asked, NULL: none; body; intent; intents;
--          contractor_id; public_event_id; zone: whose clock counts, IANA; today: the date there; local_hour: when people are asked;
--          notes, speakers, sponsors, peers: JSON arrays of id, names and, of notes, priority.
-- Reads:  marketing.pipeline_events, public.sms_routing_decisions, public.inbound_messages, public.followup_settings, public.event_notes,
--         public.event_speakers, public.event_sponsors, public.event_attendees, public.contractors
-- Locks:  none
select
    event.id as event_id,
    decision.id as decision_id,
    inbound.id as inbound_id,
    decision.pending_message_id as question_id,
    inbound.body,
    decision.intent,
    decision.intents,
    decision.contractor_id,
    decision.event_id as public_event_id,
    clock.zone,
    (clock_timestamp() at time zone clock.zone)::date as today,
    settings.local_hour,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'id', note.id,
                    'names', coalesce(note.extracted_entities -> 'names', '[]') || coalesce(note.extracted_entities -> 'companies', '[]'),
                    'priority', note.ai_priority_score
                )
                order by note.captured_at
            ),
            '[]'
        )
        from public.event_notes as note
        where note.event_id = decision.event_id
        and note.contractor_id = decision.contractor_id
    ) as notes,
    (
        select coalesce(jsonb_agg(jsonb_build_object('id', speaker.id, 'names', jsonb_build_array(speaker.name)) order by speaker.id), '[]')
        from public.event_speakers as speaker
        where speaker.event_id = decision.event_id
    ) as speakers,
    (
        select coalesce(
            jsonb_agg(jsonb_build_object('id', sponsor.id, 'names', jsonb_build_array(sponsor.sponsor_name)) order by sponsor.id), '[]'
        )
        from public.event_sponsors as sponsor
        where sponsor.event_id = decision.event_id
    ) as sponsors,
    (
        -- Only people who came, and only by their whole names or companies.
        select coalesce(
            jsonb_agg(jsonb_build_object('id', peer.id, 'names', to_jsonb(array_remove(array[peer.name, peer.company_name], null))) order by peer.id),
            '[]'
        )
        from public.event_attendees as attendee
        join public.contractors as peer on peer.id = attendee.contractor_id
        where attendee.event_id = decision.event_id
        and attendee.checked_in
        and attendee.contractor_id <> decision.contractor_id
    ) as peers
from marketing.pipeline_events as event
join public.sms_routing_decisions as decision on decision.id = marketing.payload_id(event.payload, 'record_id')
join public.inbound_messages as inbound on inbound.id = decision.inbound_message_id
cross join public.followup_settings as settings
cross join lateral (select public.zone_of(decision.contractor_id, decision.event_id) as zone) as clock
where event.id = any ($1::bigint[])
order by decision.id

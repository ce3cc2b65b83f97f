-- public.record_rating(decision, question): keeps what somebody thought of what was asked about.
--
-- A later rating of the same thing by the same person replaces the earlier one.
--
-- Arguments: decision: how the answer was read; question: the text that asked.
-- Returns: what was rated, in a word: session, speaker, sponsor, peer_match or overall_event; NULL: nobody can tell who or at which event.
-- Reads:  public.event_agenda_items
-- Writes: public.event_pcr_scores, public.event_messages, public.ai_learning_events
-- Locks:  the scores, then the question

create or replace function public.record_rating(decision public.sms_routing_decisions, question public.event_messages)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_event_id constant bigint := coalesce((question).event_id, (decision).event_id);
    v_person constant bigint := coalesce((question).contractor_id, (decision).contractor_id);
    v_data constant jsonb := coalesce((question).personalization_data, '{}');
    v_points constant integer := (
        select (said.intent -> 'numbers' ->> 0)::integer
        from jsonb_array_elements((decision).intents) as said (intent)
        where said.intent ->> 'intent' = 'rating'
        limit 1
    );
    v_type text;
begin
    if v_event_id is null or v_person is null then
        return null;
    end if;

    v_type := case
        when (question).message_type = 'peer_match_rating' then 'peer_match'
        when v_data ? 'sponsor_id' then 'sponsor'
        when (question).agenda_item_id is not null then 'session'
        else 'overall_event'
    end;

    insert into public.event_pcr_scores as score (
        event_id, contractor_id, pcr_type, entity_id, entity_name, explicit_score, sentiment_score, question_asked, response_received,
        confidence_level, requested_at, responded_at, message_id
    )
    select
        v_event_id, v_person, rated.pcr_type, rated.entity_id, rated.entity_name, v_points, (decision).sentiment_score,
        (question).message_content, (decision).message_text, (decision).confidence_score, (question).actual_send_time,
        (decision).received_at, (question).id
    from (
        select
            v_type as pcr_type,
            case v_type
                when 'peer_match' then marketing.payload_id(v_data, 'match_id')
                when 'sponsor' then marketing.payload_id(v_data, 'sponsor_id')
                when 'session' then (question).agenda_item_id
            end as entity_id,
            coalesce(v_data ->> 'peer_name', v_data ->> 'sponsor_name', v_data ->> 'session_title') as entity_name
        union all
        -- Who rates a session rates who held it.
        select 'speaker', item.speaker_id, speaker.name
        from public.event_agenda_items as item
        join public.event_speakers as speaker on speaker.id = item.speaker_id
        where v_type = 'session'
        and item.id = (question).agenda_item_id
    ) as rated
    on conflict on constraint event_pcr_scores_once do update
    set explicit_score = coalesce(excluded.explicit_score, score.explicit_score),
        sentiment_score = excluded.sentiment_score,
        response_received = excluded.response_received,
        confidence_level = excluded.confidence_level,
        responded_at = excluded.responded_at,
        message_id = excluded.message_id;

    if v_type = 'peer_match' then
        insert into public.ai_learning_events (contractor_id, event_type, event_id, event_data, context, outcome, success_score)
        values (
            v_person, 'peer_match_rating', v_event_id,
            jsonb_build_object('match_id', marketing.payload_id(v_data, 'match_id'), 'rating', v_points), 'peer_match_rating', 'rated',
            coalesce(v_points / 10.0, ((decision).sentiment_score + 1) / 2)
        );
    end if;

    update public.event_messages as message
    set pcr_score = coalesce(v_points, message.pcr_score), sentiment_score = (decision).sentiment_score
    where message.id = (question).id;

    return v_type;
end
$$;

comment on function public.record_rating(public.sms_routing_decisions, public.event_messages) is 'Keeps what somebody thought of what was asked about.';

revoke execute on function public.record_rating(public.sms_routing_decisions, public.event_messages) from public;

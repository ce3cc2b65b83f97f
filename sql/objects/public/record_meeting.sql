-- public.record_meeting(decision, question): keeps what one of two peers says of whether they met, and how it goes since.
--
-- That one says so is enough for a meeting; who denies it later takes it back, unless the other says it, too, or a time was set. Words
-- are kept as feedback.
--
-- Arguments: decision: how the answer was read; question: the text that asked, of type peer_meeting_check or peer_check_in.
-- Returns: what it came to: met, not_met, in_touch, not_in_touch or unsure; NULL: the match is not there any more.
-- Reads:  public.event_messages
-- Writes: public.event_peer_matches, public.event_messages, public.ai_learning_events
-- Locks:  the match, then the question

create or replace function public.record_meeting(decision public.sms_routing_decisions, question public.event_messages)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Shorter ones say nothing but yes, no or a number.
    c_words_min constant integer := 12;
    v_match public.event_peer_matches;
    v_is_check_in constant boolean := (question).message_type = 'peer_check_in';
    v_points constant integer := (
        select (said.intent -> 'numbers' ->> 0)::integer
        from jsonb_array_elements((decision).intents) as said (intent)
        where said.intent ->> 'intent' = 'rating'
        limit 1
    );
    v_words constant text := case when length((decision).message_text) >= c_words_min then left((decision).message_text, 2000) end;
    v_outcome text;
begin
    select match.* into v_match
    from public.event_peer_matches as match
    where match.id = marketing.payload_id((question).personalization_data, 'match_id')
    and (question).contractor_id in (match.contractor1_id, match.contractor2_id)
    for no key update;

    if v_match.id is null then
        return null;
    end if;

    v_outcome := case
        when (decision).intent = 'no' then case when v_is_check_in then 'not_in_touch' else 'not_met' end
        when v_is_check_in and (decision).intent in ('rating', 'comment', 'yes') then 'in_touch'
        when (decision).intent = 'yes' then 'met'
        else 'unsure'
    end;

    if (question).contractor_id = v_match.contractor1_id then
        v_match.contractor1_met := case v_outcome when 'met' then true when 'not_met' then false else v_match.contractor1_met end;
        v_match.feedback_contractor1 := left(concat_ws(E'\n', v_match.feedback_contractor1, v_words), 10000);
    else
        v_match.contractor2_met := case v_outcome when 'met' then true when 'not_met' then false else v_match.contractor2_met end;
        v_match.feedback_contractor2 := left(concat_ws(E'\n', v_match.feedback_contractor2, v_words), 10000);
    end if;

    update public.event_peer_matches as match
    set contractor1_met = v_match.contractor1_met,
        contractor2_met = v_match.contractor2_met,
        feedback_contractor1 = nullif(v_match.feedback_contractor1, ''),
        feedback_contractor2 = nullif(v_match.feedback_contractor2, ''),
        meeting_scheduled = case v_outcome
            when 'met' then true
            when 'not_met' then
                match.meeting_scheduled
                and (match.meeting_time is not null or coalesce(v_match.contractor1_met, false) or coalesce(v_match.contractor2_met, false))
            else match.meeting_scheduled
        end,
        meeting_location = coalesce(
            match.meeting_location,
            case when v_outcome = 'met' then (
                select left(introduction.personalization_data ->> 'meeting_location', 255)
                from public.event_messages as introduction
                where introduction.dedupe_key = format('peer-match-%s-%s', match.id, (question).contractor_id)
            ) end
        )
    where match.id = v_match.id;

    update public.event_messages as message
    set pcr_score = coalesce(v_points, message.pcr_score), sentiment_score = (decision).sentiment_score
    where message.id = (question).id;

    insert into public.ai_learning_events (contractor_id, event_type, event_id, event_data, context, outcome, success_score)
    values (
        (question).contractor_id, case when v_is_check_in then 'peer_check_in' else 'peer_meeting' end, v_match.event_id,
        jsonb_strip_nulls(jsonb_build_object('match_id', v_match.id, 'rating', v_points)), (question).message_type, v_outcome,
        case
            when v_outcome in ('not_met', 'not_in_touch') then 0
            when v_points is not null then v_points / 10.0
            when v_outcome in ('met', 'in_touch') then 1
        end
    );

    return v_outcome;
end
$$;

comment on function public.record_meeting(public.sms_routing_decisions, public.event_messages) is
    'Keeps what one of two peers says of whether they met, and how it goes since.';

revoke execute on function public.record_meeting(public.sms_routing_decisions, public.event_messages) from public;

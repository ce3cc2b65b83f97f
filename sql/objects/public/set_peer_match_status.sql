-- public.set_peer_match_status(match_id, contractor_id, response_type, feedback): what one of two people says to an introduction.
--
-- Doing it twice changes nothing. Both yes is a connection.
--
-- Arguments: match_id; contractor_id: one of the two; response_type: positive, negative, later (in another break), more (wants to know
--            more); feedback: in the person's own words, NULL: none, and an earlier one is kept.
-- Returns: the match, as it is then.
-- Raises: P0002 no such match; PC003 the contractor is not in it; 22023 another response_type.
-- Reads:  nothing else
-- Writes: public.event_peer_matches, public.ai_learning_events, and by its trigger public.event_messages
-- Locks:  the match

create or replace function public.set_peer_match_status(
    match_id bigint, contractor_id bigint, response_type text, feedback text default null
)
returns public.event_peer_matches
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_match public.event_peer_matches;
    v_is_first boolean;
    v_answer boolean;
    v_said jsonb;
begin
    select match.* into v_match
    from public.event_peer_matches as match
    where match.id = set_peer_match_status.match_id
    for no key update;

    if v_match.id is null then
        raise no_data_found using
            message = 'Match not found',
            hint = 'SELECT id, contractor1_id, contractor2_id FROM event_peer_matches WHERE event_id = …';
    elsif set_peer_match_status.contractor_id is null
        or set_peer_match_status.contractor_id not in (v_match.contractor1_id, v_match.contractor2_id)
    then
        raise exception using
            errcode = 'PC003',
            message = format('Contractor %s is not one of the two of match %s.', set_peer_match_status.contractor_id, v_match.id),
            hint = 'contractor_id must be contractor1_id or contractor2_id of the match.';
    elsif response_type is null or response_type not in ('positive', 'negative', 'later', 'more') then
        raise invalid_parameter_value using
            message = 'response_type must be one of positive, negative, later, more.',
            hint = 'positive: wants to meet; negative: does not; later: in another break; more: wants to know more.';
    elsif length(feedback) > 10000 then
        raise invalid_parameter_value using message = 'feedback must have at most 10000 characters.', hint = 'Shorten it.';
    end if;

    v_is_first := set_peer_match_status.contractor_id = v_match.contractor1_id;
    v_answer := case response_type when 'positive' then true when 'negative' then false end;
    v_said := jsonb_build_object('match_id', v_match.id, 'response_type', response_type, 'feedback', feedback);

    update public.event_peer_matches as match
    set contractor1_response = case when v_is_first then coalesce(v_answer, match.contractor1_response) else match.contractor1_response end,
        contractor2_response = case when v_is_first then match.contractor2_response else coalesce(v_answer, match.contractor2_response) end,
        feedback_contractor1 = case when v_is_first then coalesce(feedback, match.feedback_contractor1) else match.feedback_contractor1 end,
        feedback_contractor2 = case when v_is_first then match.feedback_contractor2 else coalesce(feedback, match.feedback_contractor2) end,
        status = case
            when response_type = 'later' and match.status in ('proposed', 'introduced', 'accepted_by_one') then 'later'
            else match.status
        end
    where match.id = v_match.id
    and (
        case when v_is_first then match.contractor1_response else match.contractor2_response end
            is distinct from coalesce(v_answer, case when v_is_first then match.contractor1_response else match.contractor2_response end)
        or feedback is distinct from
            coalesce(feedback, case when v_is_first then match.feedback_contractor1 else match.feedback_contractor2 end)
        or feedback is distinct from case when v_is_first then match.feedback_contractor1 else match.feedback_contractor2 end
        or response_type = 'later' and match.status in ('proposed', 'introduced', 'accepted_by_one')
    )
    returning match.* into v_match;

    if v_match.id is null then
        select match.* into v_match from public.event_peer_matches as match where match.id = set_peer_match_status.match_id;
    end if;

    -- The same thing said again is not news.
    insert into public.ai_learning_events (contractor_id, event_type, event_id, event_data, context, outcome, success_score)
    select
        set_peer_match_status.contractor_id, 'peer_match_response', v_match.event_id, v_said, 'peer_match_response', v_match.status,
        case when v_match.connection_made then 1.0 when v_answer then 0.5 when not v_answer then 0.0 end
    where v_said is distinct from (
        select known.event_data
        from public.ai_learning_events as known
        where known.event_type = 'peer_match_response'
        and known.event_data ->> 'match_id' = v_match.id::text
        and known.contractor_id = set_peer_match_status.contractor_id
        order by known.id desc
        limit 1
    );

    return v_match;
end
$$;

comment on function public.set_peer_match_status(bigint, bigint, text, text) is
    'What one of two people says to an introduction: SELECT set_peer_match_status(3, 56, ''positive'', ''Great chat'').';

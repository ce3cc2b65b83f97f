-- public.answer_introduction(event_ids): the stage answer_introduction; what people say to an introduction.
--
-- YES is recorded and waits for the other; both exchange contacts by a trigger of the match. NO releases both, and the other is never told of
-- it. LATER, and MAYBE, which is never a yes, move it to the next break that is free for both. TELL ME MORE sends what is known of why the
-- two fit, and no contact.
--
-- Arguments: event_ids of reply_introduction events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  public.events; by public.answered_questions what it reads
-- Writes: public.event_messages, public.event_peer_matching_runs; by public.set_peer_match_status, public.put_off_introduction,
--         public.reply_to_text and public.finish_routing what they write
-- Locks:  the matches, in the order in which they were answered

create or replace function public.answer_introduction(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_answer record;
    v_question public.event_messages;
    v_decision public.sms_routing_decisions;
    v_match public.event_peer_matches;
    v_was_open boolean;
    v_at timestamptz;
    v_words text;
begin
    for v_answer in select answer.* from public.answered_questions(event_ids) as answer loop
        v_question := v_answer.question;
        v_decision := v_answer.decision;
        v_words := null;

        select match.* into v_match
        from public.event_peer_matches as match
        where match.id = marketing.payload_id(v_question.personalization_data, 'match_id')
        and v_question.contractor_id in (match.contractor1_id, match.contractor2_id)
        for no key update;

        if v_match.id is null then
            perform public.finish_routing(v_decision.id, null, 'It answers an introduction whose match is not there any more.');
            continue;
        end if;

        -- What was released because nobody answered connects still when both say yes.
        v_was_open := v_match.status not in ('declined', 'released', 'expired') or v_match.release_reason is not distinct from 'unanswered';

        case
            when not v_was_open and v_decision.intent <> 'no'
                or v_match.release_reason = 'unanswered' and v_decision.intent in ('later', 'maybe')
            then
                v_words := 'That introduction is not open any more.' || coalesce(
                    (
                        select ' We are looking for somebody else for you.'
                        from public.events as event
                        where event.id = v_match.event_id
                        and event.end_date >= (clock_timestamp() at time zone event.timezone)::date
                    ),
                    ''
                );
                perform public.finish_routing(v_decision.id, 'introduction_closed');
            when v_decision.intent = 'yes' then
                v_match := public.set_peer_match_status(v_match.id, v_question.contractor_id, 'positive');
                if not v_match.connection_made then
                    v_words := 'Great! As soon as the other says yes, too, you get each other''s contact.';
                end if;
                perform public.finish_routing(v_decision.id, case when v_match.connection_made then 'connected' else 'accepted' end);
            when v_decision.intent = 'no' then
                v_match := public.set_peer_match_status(v_match.id, v_question.contractor_id, 'negative');
                v_words := case
                    when v_match.connection_made then 'All right. You two have each other''s contact already; nobody is told what you answered.'
                    else 'No problem, we will not introduce you.'
                end;
                perform public.finish_routing(v_decision.id, 'declined');
                if v_was_open and v_match.status = 'declined' then
                    insert into public.event_peer_matching_runs (event_id, contractor_ids, origin, caused_by)
                    select v_match.event_id, array[v_match.contractor1_id, v_match.contractor2_id], 'check_out', v_answer.event_id
                    from public.events as event
                    where event.id = v_match.event_id
                    and event.end_date >= (clock_timestamp() at time zone event.timezone)::date;
                end if;
            when v_decision.intent in ('later', 'maybe') then
                v_at := public.put_off_introduction(v_match, v_question.contractor_id);
                v_match := public.set_peer_match_status(v_match.id, v_question.contractor_id, 'later');
                v_words := coalesce(
                    format(
                        'Sure, I will check back at %s.',
                        to_char(v_at at time zone public.zone_of(null, v_match.event_id), 'FMHH12:MI AM')
                    ),
                    'There is no further break for it: reply YES to get the contact, or NO.'
                );
                perform public.finish_routing(v_decision.id, case when v_at is null then 'not_moved' else 'moved' end);
            when v_decision.intent = 'tell_more' then
                v_match := public.set_peer_match_status(v_match.id, v_question.contractor_id, 'more');
                insert into public.event_messages (
                    event_id, contractor_id, message_type, personalization_data, dedupe_key, inbound_message_id, planned_by, caused_by
                )
                values (
                    v_match.event_id, v_question.contractor_id, 'peer_match_info',
                    public.peer_of_match(v_match, v_question.contractor_id),
                    format('peer_match_info-%s', v_decision.inbound_message_id), v_decision.inbound_message_id, 'peer_match', v_answer.event_id
                )
                on conflict (dedupe_key) do nothing;
                perform public.finish_routing(v_decision.id, 'details_sent');
            else
                perform public.finish_routing(v_decision.id, null, 'Nobody can tell what it says to the introduction.');
        end case;

        if v_words is not null then
            perform public.reply_to_text(v_decision.inbound_message_id, 'reply', v_words);
        end if;
    end loop;
end
$$;

comment on function public.answer_introduction(bigint[]) is 'Stage answer_introduction: YES, NO, LATER and TELL ME MORE.';

-- public.answer_attendance(event_ids): the stage answer_attendance; who was there is asked for a rating, who was not is not.
--
-- A rating in the same answer is taken. An answer that is corrected takes the request back that nobody has sent yet. Whether two peers met is
-- answered alike, and kept with their match.
--
-- Arguments: event_ids of reply_attendance events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  public.event_pcr_scores; by public.answered_questions what it reads
-- Writes: public.event_messages; by public.record_rating, public.record_meeting and public.finish_routing what they write
-- Locks:  the questions, in the order in which they were answered

create or replace function public.answer_attendance(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_answer record;
    v_question public.event_messages;
    v_decision public.sms_routing_decisions;
    v_met text;
begin
    for v_answer in select answer.* from public.answered_questions(event_ids) as answer loop
        v_question := v_answer.question;
        v_decision := v_answer.decision;

        if v_question.message_type = 'peer_meeting_check' then
            v_met := public.record_meeting(v_decision, v_question);
            perform public.finish_routing(
                v_decision.id, v_met, case when v_met is null then 'It is about a match that is not there any more.' end
            );
        elsif v_decision.intent in ('yes', 'rating') and v_decision.intents @> '[{"intent": "rating"}]' then
            -- Who rates was there, also when the number comes a moment after the yes: nobody need ask for it any more.
            perform public.record_rating(v_decision, v_question);
            update public.event_messages as request
            set status = 'cancelled', skip_reason = 'The rating has come already.'
            where request.dedupe_key = format('pcr_request-after-%s', v_question.id)
            and request.status = 'scheduled';
            perform public.finish_routing(v_decision.id, 'attended_and_rated');
        elsif v_decision.intent = 'yes' then
            insert into public.event_messages (
                event_id, contractor_id, message_type, agenda_item_id, personalization_data, dedupe_key, planned_by, caused_by
            )
            select
                v_question.event_id, v_question.contractor_id, 'pcr_request', v_question.agenda_item_id, v_question.personalization_data,
                format('pcr_request-after-%s', v_question.id), 'attendance_check', v_answer.event_id
            where not exists (
                select
                from public.event_pcr_scores as score
                where score.message_id = v_question.id
                and score.explicit_score is not null
            )
            on conflict (dedupe_key) do update
            set status = 'scheduled'
            where event_messages.status = 'cancelled';
            perform public.finish_routing(v_decision.id, 'attended');
        else
            update public.event_messages as request
            set status = 'cancelled', skip_reason = 'The person was not there.'
            where request.dedupe_key = format('pcr_request-after-%s', v_question.id)
            and request.status = 'scheduled';
            perform public.finish_routing(
                v_decision.id,
                case v_decision.intent when 'no' then 'not_attended' when 'later' then 'asked_later' else 'unsure' end
            );
        end if;
    end loop;
end
$$;

comment on function public.answer_attendance(bigint[]) is 'Stage answer_attendance: who was there is asked for a rating.';

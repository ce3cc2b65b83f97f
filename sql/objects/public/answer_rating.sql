-- public.answer_rating(event_ids): the stage answer_rating; ratings and remarks are kept with what they are about, how it goes with a peer, too.
--
-- Arguments: event_ids of reply_rating events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  by public.answered_questions what it reads
-- Writes: by public.record_rating, public.record_meeting and public.finish_routing what they write
-- Locks:  the scores, in the order in which they were given

create or replace function public.answer_rating(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_answer record;
    v_decision public.sms_routing_decisions;
    v_rated text;
begin
    for v_answer in select answer.* from public.answered_questions(event_ids) as answer loop
        v_decision := v_answer.decision;

        if (v_answer.question).message_type = 'peer_check_in' then
            v_rated := public.record_meeting(v_decision, v_answer.question);
            perform public.finish_routing(
                v_decision.id, v_rated, case when v_rated is null then 'It is about a match that is not there any more.' end
            );
        elsif v_decision.intent in ('rating', 'comment') then
            v_rated := public.record_rating(v_decision, v_answer.question);
            perform public.finish_routing(
                v_decision.id,
                'rated_' || v_rated,
                case when v_rated is null then 'Nobody can tell who rated at which event.' end
            );
        else
            perform public.finish_routing(v_decision.id, 'not_rated');
        end if;
    end loop;
end
$$;

comment on function public.answer_rating(bigint[]) is 'Stage answer_rating: ratings and remarks are kept.';

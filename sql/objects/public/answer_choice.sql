-- public.answer_choice(event_ids): the stage answer_choice; numbers of what was offered.
--
-- Of recommended sponsors the talking points are sent; of those that were visited a rating is asked for; notes get the session that is named.
--
-- Arguments: event_ids of reply_choice events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  public.event_sponsors; by public.answered_questions what it reads
-- Writes: public.event_messages; by public.answer_session, public.reply_to_text and public.finish_routing what they write
-- Locks:  none beyond the inserted rows and the questions

create or replace function public.answer_choice(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_answer record;
    v_question public.event_messages;
    v_decision public.sms_routing_decisions;
    v_chosen record;
    v_words text;
begin
    for v_answer in select answer.* from public.answered_questions(event_ids) as answer loop
        v_question := v_answer.question;
        v_decision := v_answer.decision;
        v_words := null;

        if v_decision.intent <> 'choices' then
            perform public.finish_routing(v_decision.id, 'none_chosen');
            continue;
        end if;

        -- A model may mean several sessions; a note is from one.
        if v_question.message_type = 'session_question' and jsonb_array_length(v_decision.intents #> '{0,numbers}') <> 1 then
            perform public.finish_routing(v_decision.id, 'none_chosen');
            continue;
        elsif v_question.message_type = 'session_question' then
            perform public.finish_routing(
                v_decision.id, public.answer_session(v_question, (v_decision.intents #>> '{0,numbers,0}')::integer)
            );
            continue;
        end if;

        for v_chosen in
            select sponsor.*
            from jsonb_array_elements_text(v_decision.intents -> 0 -> 'numbers') as chosen (place)
            join public.event_sponsors as sponsor
                on sponsor.event_id = v_question.event_id
                and sponsor.sponsor_name = v_question.personalization_data -> 'sponsors' -> (chosen.place::integer - 1) ->> 'name'
            order by chosen.place::integer
        loop
            if v_question.message_type = 'sponsor_batch_check' then
                insert into public.event_messages (
                    event_id, contractor_id, message_type, personalization_data, dedupe_key, planned_by, caused_by
                )
                values (
                    v_question.event_id, v_question.contractor_id, 'pcr_request',
                    jsonb_build_object(
                        'sponsor_id', v_chosen.id, 'sponsor_name', v_chosen.sponsor_name, 'session_title', v_chosen.sponsor_name
                    ),
                    format('pcr_request-after-%s-sponsor-%s', v_question.id, v_chosen.id), 'sponsor_batch_check', v_answer.event_id
                )
                on conflict (dedupe_key) do nothing;
            else
                v_words := concat_ws(
                    ' ', v_words,
                    v_chosen.sponsor_name || coalesce(' (booth ' || v_chosen.booth_number || ')', '') || ': '
                        || coalesce(v_chosen.talking_points, 'no talking points yet, go and say hello.')
                );
            end if;
        end loop;

        if v_words is not null then
            perform public.reply_to_text(v_decision.inbound_message_id, 'reply', left(v_words, 600));
        end if;
        perform public.finish_routing(v_decision.id, 'chosen');
    end loop;
end
$$;

comment on function public.answer_choice(bigint[]) is 'Stage answer_choice: numbers of what was offered.';

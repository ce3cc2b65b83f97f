-- public.erase_words(contractor_id, numbers): what a person wrote and was written to, for public.erase_contractor.
--
-- Arguments: contractor_id; numbers: those that are the person's alone, E.164.
-- Returns: how many rows of each table were changed.
-- Reads:  by public.erase_summaries what it reads
-- Writes: public.event_messages, public.message_attempts, public.inbound_messages, public.sms_routing_decisions, public.event_notes,
--         public.contractor_action_items, public.contractor_followup_schedules, public.event_pcr_scores, public.sms_consents,
--         public.sms_subscriptions, public.admin_users, public.event_peer_matches, public.event_peer_group_members,
--         public.ai_learning_events, public.partner_recommendations
-- Locks:  the person's rows, table by table

create or replace function public.erase_words(contractor_id bigint, numbers text[])
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_done jsonb := '{}';
    v_rows bigint;
begin
    perform public.erase_summaries(contractor_id);

    -- Planned texts about the person, to others: they would be sent with holes.
    update public.event_messages as message
    set status = 'cancelled', skip_reason = 'The person it is about was erased.'
    where message.personalization_data ->> 'peer_contractor_id' = erase_words.contractor_id::text
    and message.status in ('draft', 'scheduled');

    update public.event_messages as message
    set personalization_data = message.personalization_data
            - '{peer_name,peer_first_name,peer_company,peer_location,peer_phone,peer_email,details}'::text[],
        message_content = case when message.message_content <> '' then '[erased]' else '' end
    where message.personalization_data ->> 'peer_contractor_id' = erase_words.contractor_id::text;

    update public.message_attempts as attempt
    set body = '[erased]'
    from public.event_messages as message
    where message.id = attempt.message_id
    and message.personalization_data ->> 'peer_contractor_id' = erase_words.contractor_id::text;

    update public.message_attempts as attempt
    set phone_number = 'erased', body = '', provider_contact_id = null
    where attempt.phone_number = any (erase_words.numbers)
    or attempt.message_id in (
        select message.id from public.event_messages as message where message.contractor_id = erase_words.contractor_id
    );
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('message_attempts', v_rows);

    update public.event_messages as message
    set contractor_id = erase_words.contractor_id, message_content = '', personalization_data = null, response_received = null,
        phone = null, from_email = null, to_email = null, subject = null, error_message = null, ghl_contact_id = null,
        status = case when message.status in ('draft', 'scheduled') then 'cancelled' else message.status end
    where message.contractor_id = erase_words.contractor_id
    or message.contractor_id is null and message.phone = any (erase_words.numbers);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('event_messages', v_rows);

    update public.sms_routing_decisions as decision
    set phone = null, message_text = null, error_message = null,
        intents = case when decision.route_to = 'operator' then '[]' else decision.intents end
    where decision.contractor_id = erase_words.contractor_id
    or decision.phone = any (erase_words.numbers);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('sms_routing_decisions', v_rows);

    update public.inbound_messages as message
    set body = '', found_names = null, phone_number = null, provider_contact_id = null, dedupe_key = format('erased:%s', message.id),
        contractor_id = erase_words.contractor_id,
        handling_note = case when message.handling_note is not null then '[erased]' end
    where message.contractor_id = erase_words.contractor_id
    or message.phone_number = any (erase_words.numbers);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('inbound_messages', v_rows);

    update public.event_notes as note
    set note_text = '[erased]', extracted_entities = '{}', conversation_context = null
    where note.contractor_id = erase_words.contractor_id;
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('event_notes', v_rows);

    update public.contractor_followup_schedules as followup
    set message_template = '[erased]', ai_context_hints = '{}', response_text = null,
        status = case when followup.status = 'scheduled' then 'cancelled' else followup.status end
    where followup.contractor_id = erase_words.contractor_id;
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('contractor_followup_schedules', v_rows);

    update public.partner_recommendations as recommendation
    set status = 'cancelled'
    where recommendation.contractor_id = erase_words.contractor_id
    and recommendation.status <> 'cancelled';
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('partner_recommendations', v_rows);

    update public.contractor_action_items as item
    set title = '[erased]', description = null, ai_reasoning = null, conversation_context = null, cancelled_reason = null
    where item.contractor_id = erase_words.contractor_id;
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('contractor_action_items', v_rows);

    update public.event_pcr_scores as score
    set question_asked = null, response_received = null, conversation_context = null, sentiment_analysis = null
    where score.contractor_id = erase_words.contractor_id;
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('event_pcr_scores', v_rows);

    update public.event_peer_matches as match
    set feedback_contractor1 = case when match.contractor1_id = erase_words.contractor_id then null else match.feedback_contractor1 end,
        feedback_contractor2 = case when match.contractor2_id = erase_words.contractor_id then null else match.feedback_contractor2 end
    where match.contractor1_id = erase_words.contractor_id and match.feedback_contractor1 is not null
    or match.contractor2_id = erase_words.contractor_id and match.feedback_contractor2 is not null;
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('event_peer_matches', v_rows);

    -- Whose table is not told of yet is not told of this person.
    update public.event_peer_group_members as member
    set feedback = null, place = null, status = case when seated.status in ('draft', 'proposed') then 'left' else member.status end
    from public.event_peer_groups as seated
    where seated.id = member.group_id
    and member.contractor_id = erase_words.contractor_id;
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('event_peer_group_members', v_rows);

    -- What the others at a table were told names the person.
    update public.message_attempts as attempt
    set body = '[erased]'
    from public.event_messages as message
    join public.event_peer_group_members as member on member.group_id::text = message.personalization_data ->> 'group_id'
    where message.id = attempt.message_id
    and message.message_type = 'peer_group_introduction'
    and member.contractor_id = erase_words.contractor_id;

    update public.event_messages as message
    set personalization_data = message.personalization_data - 'peers',
        message_content = case when message.message_content <> '' then '[erased]' else '' end
    from public.event_peer_group_members as member
    where member.group_id::text = message.personalization_data ->> 'group_id'
    and message.message_type = 'peer_group_introduction'
    and message.status not in ('draft', 'scheduled')
    and member.contractor_id = erase_words.contractor_id;

    update public.ai_learning_events as learned
    set event_data = learned.event_data - 'feedback'
    where learned.contractor_id = erase_words.contractor_id
    and learned.event_data ? 'feedback';
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('ai_learning_events', v_rows);

    update public.sms_consents as consent
    set phone_number = public.number_hash(consent.phone_number), wording = null
    where consent.phone_number = any (erase_words.numbers);
    get diagnostics v_rows = row_count;
    v_done := v_done || jsonb_build_object('sms_consents', v_rows);

    delete from public.sms_subscriptions as subscription
    where subscription.phone_number = any (erase_words.numbers);

    delete from public.admin_users as operator
    where operator.admin_phone = any (erase_words.numbers);

    return v_done;
end
$$;

comment on function public.erase_words(bigint, text[]) is 'What a person wrote and was written to leaves the tables; for erase_contractor.';

revoke execute on function public.erase_words(bigint, text[]) from public;

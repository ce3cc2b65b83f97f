-- public.note_text_answers(attempt_ids, outcomes, contact_ids, message_ids, reasons): writes what became of calls to texts.
--
-- Called as soon as an answer is there, and once more when the stage completes the event: what is written stays, so the second time does
-- nothing. An answer to an attempt that was settled otherwise meanwhile is kept with the attempt only.
--
-- Arguments: attempt_ids and, in the same order, outcomes: accepted, rejected: never to be repeated, not_sent: certainly not processed
--            and to be tried again, failed: not processed and not to be tried again, unknown; the provider's contact_ids and message_ids,
--            NULL: not known; reasons, NULL: nothing went wrong.
-- Returns: how many texts were written.
-- Reads:  nothing
-- Writes: public.message_attempts, public.event_messages, marketing.pipeline_events
-- Locks:  the texts in the order of their ids, then their attempts

create or replace function public.note_text_answers(
    attempt_ids bigint[], outcomes text[], contact_ids text[], message_ids text[], reasons text[]
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_written bigint;
begin
    perform
    from public.event_messages as message
    where message.id in (select attempt.message_id from public.message_attempts as attempt where attempt.id = any (attempt_ids))
    order by message.id
    for update;

    with
    given as materialized (
        select
            given.attempt_id,
            -- Of a call that failed without its note nobody knows what came of it.
            case when given.outcome = 'failed' and attempt.outcome = 'called' then 'unknown' else given.outcome end as outcome,
            given.contact_id, given.provider_message_id, given.reason
        from unnest(attempt_ids, outcomes, contact_ids, message_ids, reasons)
            as given (attempt_id, outcome, contact_id, provider_message_id, reason)
        join public.message_attempts as attempt on attempt.id = given.attempt_id
        -- Of what was not called nothing can be unknown or accepted.
        where attempt.outcome = 'called'
        or attempt.outcome = 'prepared' and given.outcome in ('rejected', 'not_sent', 'failed')
        or attempt.outcome = 'not_sent' and given.outcome = 'failed'
        order by attempt.id
        for update of attempt
    ),
    noted as (
        update public.message_attempts as attempt
        set outcome = case when given.outcome = 'failed' then 'not_sent' else given.outcome end,
            answered_at = clock_timestamp(),
            provider_contact_id = coalesce(given.contact_id, attempt.provider_contact_id),
            provider_message_id = coalesce(given.provider_message_id, attempt.provider_message_id),
            reason = given.reason
        from given
        where attempt.id = given.attempt_id
        returning attempt.id, attempt.message_id, given.outcome, attempt.reason, attempt.provider_contact_id,
            attempt.provider_message_id, attempt.called_at, attempt.phone_number, attempt.segments, attempt.body, attempt.pipeline_event_id
    ),
    written as (
        update public.event_messages as message
        set status = case noted.outcome
                when 'accepted' then 'sent'
                when 'unknown' then 'uncertain'
                when 'not_sent' then 'scheduled'
                else 'failed'
            end,
            attempt_id = case when noted.outcome = 'not_sent' then null else noted.id end,
            queued_at = case when noted.outcome = 'not_sent' then clock_timestamp() end,
            actual_send_time = case when noted.outcome = 'accepted' then noted.called_at end,
            delay_minutes = case
                when noted.outcome = 'accepted' then
                    greatest(least(trunc(extract(epoch from noted.called_at - message.scheduled_time) / 60), 2147483647), -2147483648)
            end,
            phone = case when noted.outcome = 'accepted' then noted.phone_number else message.phone end,
            segments = case when noted.outcome = 'accepted' then noted.segments end,
            message_content = case when noted.outcome = 'accepted' then noted.body else message.message_content end,
            skip_reason = case when noted.outcome = 'accepted' then null else message.skip_reason end,
            delivery_status = case when noted.outcome = 'accepted' then coalesce(message.delivery_status, 'queued') end,
            ghl_contact_id = coalesce(noted.provider_contact_id, message.ghl_contact_id),
            ghl_message_id = coalesce(noted.provider_message_id, message.ghl_message_id),
            error_message = case
                when noted.outcome = 'unknown' then
                    format('%s Nobody knows yet whether it was sent: SELECT public.resolve_message(%s, ''sent'') or (%s, ''not_sent'') settles it.', noted.reason, message.id, message.id)
                else noted.reason
            end
        from noted
        where message.id = noted.message_id
        -- The last write wins nothing: only the attempt that the text names decides on it.
        and (
            message.attempt_id = noted.id and message.status = 'sending'
            or noted.outcome = 'failed' and message.status = 'scheduled' and message.pipeline_event_id = noted.pipeline_event_id
        )
        returning message.id, noted.id as attempt_id, noted.outcome, message.pipeline_event_id
    ),
    asked as (
        insert into marketing.pipeline_events (event_type, payload, priority, parent_id, root_id)
        select
            'text_uncertain',
            jsonb_build_object('record_id', written.id, 'attempt_id', written.attempt_id),
            5,
            written.pipeline_event_id,
            coalesce(parent.root_id, parent.id)
        from written
        left join marketing.pipeline_events as parent on parent.id = written.pipeline_event_id
        where written.outcome = 'unknown'
    )
    select count(*) into v_written from written;

    return v_written;
end
$$;

comment on function public.note_text_answers(bigint[], text[], text[], text[], text[]) is 'Writes what became of calls to attempts and texts; twice is once.';

revoke execute on function public.note_text_answers(bigint[], text[], text[], text[], text[]) from public;

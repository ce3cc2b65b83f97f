-- public.close_abandoned_texts(event_ids): the stage that ends texts whose event has failed, or was cancelled, without telling them.
--
-- One whose call had begun becomes uncertain, so that the provider is asked and then a person; one whose call had not is failed, or
-- cancelled, and can be retried. What went on in the meantime, or ended as it should, is left alone.
--
-- Arguments: event_ids: events text_abandoned, with record_id, failed_event_id, reason, and is_cancelled where it was.
-- Returns: event_id and error of those whose call is still being made: they are looked at again.
-- Reads:  marketing.pipeline_events, public.message_attempts, pipeline.let_go
-- Writes: public.event_messages, and by public.note_text_answers what it writes
-- Locks:  the texts in the order of their ids, then their attempts

create or replace function public.close_abandoned_texts(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_text record;
begin
    -- Locked first and read then, by a statement of its own: whoever was about to call has noted it by now.
    perform message.id
    from marketing.pipeline_events as event
    join public.event_messages as message on message.id = (event.payload ->> 'record_id')::bigint
    where event.id = any (event_ids)
    and event.payload ->> 'record_id' ~ '^[0-9]{1,18}$'
    order by message.id
    for update of message;

    for v_text in
        select
            message.id, message.attempt_id, given.reason, given.is_cancelled, attempt.called_at, given.abandoned_id,
            -- The call goes on, and its answer will be written.
            exists (select from pipeline.let_go as gone where gone.event_id = given.failed_event_id) as is_called_still
        from (
            select
                event.id as abandoned_id,
                (event.payload ->> 'record_id')::bigint as message_id,
                (event.payload ->> 'failed_event_id')::bigint as failed_event_id,
                coalesce(event.payload ->> 'reason', 'Its event failed.') as reason,
                event.payload ->> 'is_cancelled' = 'true' as is_cancelled
            from marketing.pipeline_events as event
            where event.id = any (event_ids)
            and event.payload ->> 'record_id' ~ '^[0-9]{1,18}$'
            and event.payload ->> 'failed_event_id' ~ '^[0-9]{1,18}$'
        ) as given
        join public.event_messages as message on message.id = given.message_id
        left join public.message_attempts as attempt on attempt.id = message.attempt_id
        where message.pipeline_event_id = given.failed_event_id
        and message.status in ('scheduled', 'sending')
        order by message.id
        for update of message
    loop
        if v_text.is_cancelled and v_text.is_called_still and v_text.called_at is not null then
            event_id := v_text.abandoned_id;
            error := 'Its call goes on: what comes of it is not known yet.';
            return next;
        elsif v_text.is_cancelled and v_text.called_at is null then
            update public.event_messages as message
            set status = 'cancelled', skip_reason = format('Its event was cancelled: %s.', rtrim(v_text.reason, '.'))
            where message.id = v_text.id;
        elsif v_text.attempt_id is not null then
            perform public.note_text_answers(
                array[v_text.attempt_id], '{failed}', '{NULL}', '{NULL}', array[v_text.reason]
            );
        else
            update public.event_messages as message
            set status = 'failed', error_message = v_text.reason
            where message.id = v_text.id;
        end if;
    end loop;

    return;
end
$$;

comment on function public.close_abandoned_texts(bigint[]) is
    'The stage that ends texts whose event has failed or was cancelled: uncertain if the call had begun, else failed or cancelled.';

revoke execute on function public.close_abandoned_texts(bigint[]) from public;

-- trigger_text_cancelled_event, public.follow_cancelled_text_events(): a text whose event somebody cancels in the ledger must not wait for ever.
--
-- That is told by an event of its own: whoever cancels holds the event, and whoever holds a text may wait for that event, so the text is not
-- touched here. Where the text itself was cancelled or has another event, nothing is to be told.
--
-- Returns: the row, as it is.
-- Reads:  public.event_messages
-- Writes: marketing.pipeline_events
-- Locks:  none beyond the row

create or replace function public.follow_cancelled_text_events()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if (
        old.status in ('pending', 'processing')
        and (new.event_type = 'message_due' or new.event_type like 'text\_ready\_%')
        and coalesce(current_setting('pipeline.in_bulk', true), '') <> 'on'
    ) is not true then
        return new;
    end if;

    insert into marketing.pipeline_events (event_type, payload, priority, parent_id, root_id)
    select
        'text_abandoned',
        jsonb_build_object('record_id', message.id, 'failed_event_id', new.id, 'reason', new.error_message, 'is_cancelled', true),
        3,
        new.id,
        coalesce(new.root_id, new.id)
    from public.event_messages as message
    where message.id = marketing.payload_id(new.payload, 'record_id')
    and message.pipeline_event_id = new.id
    and message.status in ('scheduled', 'sending');

    return new;
end
$$;

comment on function public.follow_cancelled_text_events() is 'Trigger function of the ledger: a text whose event is cancelled is cancelled, too.';

-- The server reads the condition anew for every claim, so it is short. Texts that are cancelled in bulk have been told already.
create or replace trigger trigger_text_cancelled_event
    before update of status on marketing.pipeline_events
    for each row
    when (new.status = 'cancelled')
    execute function public.follow_cancelled_text_events();

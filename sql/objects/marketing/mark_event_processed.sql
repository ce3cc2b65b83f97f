-- marketing.mark_event_processed(event_id): says that another program has done what the event asks for.
--
-- Arguments: event_id in the ledger.
-- Returns: nothing; an unknown id raises PC001.
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  the event

create or replace function marketing.mark_event_processed(event_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update marketing.pipeline_events as event
    set status = 'processed', processed_at = null, error_message = null
    where event.id = mark_event_processed.event_id
    and event.status in ('pending', 'processing');

    if not found and not exists (select from marketing.pipeline_events as event where event.id = mark_event_processed.event_id) then
        raise exception 'There is no event %.', event_id
            using errcode = 'PC001', hint = 'SELECT id, event_type, status FROM marketing.pipeline_events ORDER BY id DESC LIMIT 20;';
    end if;
end
$$;

comment on function marketing.mark_event_processed(bigint) is
    'Marks a waiting event as done by another program; one that is finished already stays as it is.';

-- marketing.mark_event_failed(event_id, error_msg): says that another program could not do what the event asks for.
--
-- Arguments: event_id in the ledger; error_msg: why.
-- Returns: nothing; an unknown id raises PC001.
-- Reads:  nothing
-- Writes: marketing.pipeline_events; by its trigger marketing.pipeline_errors, unless the event has an open entry
-- Locks:  the event

create or replace function marketing.mark_event_failed(event_id bigint, error_msg text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update marketing.pipeline_events as event
    set status = 'failed',
        processed_at = null,
        attempts = least(event.attempts + case when event.status = 'processing' and event.attempts > 0 then 0 else 1 end, 1000),
        error_message = coalesce(error_msg, 'no reason given')
    where event.id = mark_event_failed.event_id;

    if not found then
        raise exception 'There is no event %.', event_id
            using errcode = 'PC001', hint = 'SELECT id, event_type, status FROM marketing.pipeline_events ORDER BY id DESC LIMIT 20;';
    end if;
end
$$;

comment on function marketing.mark_event_failed(bigint, text) is 'Marks an event as failed with a reason; retry_count grows by one.';

-- marketing.log_pipeline_error(…): reports a problem, and fails the waiting event that it is about.
--
-- The event is the oldest waiting one of that type whose payload names the record (record_id, company_unique_id, slot_id, run_id).
--
-- Arguments: p_event_type; p_record_id; p_error_message; p_error_details: anything more; p_severity: warning, error or critical.
--            A warning fails no event.
-- Returns: id of the new row in marketing.pipeline_errors.
-- Reads:  pipeline.ready, pipeline.inflight, pipeline.scheduled, pipeline.parked, pipeline.unrouted
-- Writes: marketing.pipeline_errors, marketing.pipeline_events
-- Locks:  the event

create or replace function marketing.log_pipeline_error(
    p_event_type text,
    p_record_id text,
    p_error_message text,
    p_error_details jsonb default null,
    p_severity text default 'error'
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_event_id bigint;
    v_error_id bigint;
begin
    -- Unfinished events stand in the hot tables, so the ledger is not searched.
    select event.id into v_event_id
    from (
        select ready.event_id from pipeline.ready
        union all
        select inflight.event_id from pipeline.inflight
        union all
        select scheduled.event_id from pipeline.scheduled
        union all
        select parked.event_id from pipeline.parked
        union all
        select unrouted.event_id from pipeline.unrouted
    ) as waiting
    join marketing.pipeline_events as event on event.id = waiting.event_id
    where event.event_type = p_event_type
    and event.status in ('pending', 'processing')
    and pipeline.record_of(event.id, event.payload) = p_record_id
    order by event.id
    limit 1;

    insert into marketing.pipeline_errors (event_id, event_type, record_id, error_message, error_details, severity)
    values (v_event_id, p_event_type, left(p_record_id, 200), p_error_message, p_error_details, p_severity)
    returning id into v_error_id;

    if v_event_id is not null and p_severity <> 'warning' then
        perform marketing.mark_event_failed(v_event_id, p_error_message);
    end if;

    return v_error_id;
end
$$;

comment on function marketing.log_pipeline_error(text, text, text, jsonb, text) is
    'Logs a problem with a record and fails its waiting event (not for a warning). Returns the error''s id.';

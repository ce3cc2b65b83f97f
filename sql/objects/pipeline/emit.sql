-- pipeline.emit(event_type, payload, run_at, priority, dedupe_key, dedupe_window): one event, in the caller's transaction.
--
-- With a dedupe_key an event that is there already is not emitted again until the window is over, whoever emits it and however many at
-- once; a key whose event was cancelled or has failed is free.
--
-- Arguments: event_type; payload: JSON object, NULL: {}; run_at: when it is due, default now; priority: 1 first, 10 last;
--            dedupe_key: up to 500 characters, NULL: none; dedupe_window: how long the key is taken, default a day.
-- Returns: the id of the event, or of the one that has the key.
-- Reads:  nothing
-- Writes: marketing.pipeline_events, pipeline.dedupe
-- Locks:  the key, until the end of the transaction

create or replace function pipeline.emit(
    event_type text,
    payload jsonb default '{}',
    run_at timestamptz default null,
    priority integer default 10,
    dedupe_key text default null,
    dedupe_window interval default '1 day'
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    if dedupe_key is not null then
        select emitted.event_id into v_id
        from pipeline.emit_batch(event_type, array[payload], run_at, priority, array[dedupe_key], dedupe_window) as emitted;
        return v_id;
    end if;

    if (
        length(event_type) between 1 and 100
        and event_type = btrim(event_type)
        and coalesce(jsonb_typeof(payload), 'object') = 'object'
        and coalesce(isfinite(run_at), true)
        and priority between 1 and 10
    ) is not true then
        perform pipeline.refuse_events(event_type, array[payload], run_at, priority, null, '1 day');
    end if;

    insert into marketing.pipeline_events (event_type, payload, run_at, priority)
    values (emit.event_type, coalesce(emit.payload, '{}'), coalesce(emit.run_at, now()), emit.priority)
    returning id into v_id;
    return v_id;
end
$$;

comment on function pipeline.emit(text, jsonb, timestamptz, integer, text, interval) is
    'Emits an event in your transaction: SELECT pipeline.emit(''order_paid'', ''{"order": 7}'', dedupe_key => ''order-7''). Returns its id.';

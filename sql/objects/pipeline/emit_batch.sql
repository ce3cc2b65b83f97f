-- pipeline.emit_batch(event_type, payloads, run_at, priority, dedupe_keys, dedupe_window): many events with one statement.
--
-- Arguments: as those of pipeline.emit; payloads: one JSON object for each event, an element NULL: {}; dedupe_keys: one for each payload, an element NULL:
--            none; default: none at all. Of payloads with the same key the first is emitted.
-- Returns: for each payload, in their order: event_id; is_duplicate: the key was taken, and event_id is the event that has it.
-- Reads:  nothing
-- Writes: marketing.pipeline_events, pipeline.dedupe
-- Locks:  the keys in their order, until the end of the transaction

create or replace function pipeline.emit_batch(
    event_type text,
    payloads jsonb[],
    run_at timestamptz default null,
    priority integer default 10,
    dedupe_keys text[] default null,
    dedupe_window interval default '1 day'
)
returns table (event_id bigint, is_duplicate boolean)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- A table of keys that is empty, or without the type, by its statistics would be read for each key.
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_ids bigint[];
    -- For each payload the event that has its key: its own, or one from before.
    v_holder_ids bigint[];
begin
    if (
        length(event_type) between 1 and 100
        and event_type = btrim(event_type)
        and coalesce(isfinite(run_at), true)
        and priority between 1 and 10
        and coalesce(cardinality(dedupe_keys) = cardinality(payloads), true)
        and dedupe_window > interval '0'
        and not exists (select from unnest(payloads) as payload where jsonb_typeof(payload) <> 'object')
        and not exists (select from unnest(dedupe_keys) as key where length(key) not between 1 and 500)
    ) is not true then
        perform pipeline.refuse_events(event_type, payloads, run_at, priority, dedupe_keys, dedupe_window);
    end if;

    select array_agg(nextval('marketing.pipeline_events_id_seq')) into v_ids from unnest(payloads);
    v_holder_ids := v_ids;

    if dedupe_keys is not null then
        insert into pipeline.dedupe as taken (event_type, key, event_id, expires_at)
        select emit_batch.event_type, wanted.key, wanted.id, clock_timestamp() + dedupe_window
        from (
            select distinct on (given.key) given.key, given.id
            from unnest(dedupe_keys, v_ids) as given (key, id)
            where given.key is not null
            order by given.key, given.id
        ) as wanted
        order by wanted.key
        on conflict (event_type, key) do update
        set event_id = excluded.event_id, expires_at = excluded.expires_at
        where taken.expires_at <= clock_timestamp()
        or exists (
            select from marketing.pipeline_events as event
            where event.id = taken.event_id
            and event.status in ('cancelled', 'failed')
        );

        select array_agg(coalesce(taken.event_id, given.id) order by given.place) into v_holder_ids
        from unnest(v_ids, dedupe_keys) with ordinality as given (id, key, place)
        -- Each by its whole key (offset keeps it so).
        left join lateral (
            select taken.event_id
            from pipeline.dedupe as taken
            where taken.event_type = emit_batch.event_type
            and taken.key = given.key
            offset 0
        ) as taken on true;
    end if;

    insert into marketing.pipeline_events (id, event_type, payload, run_at, priority)
    select given.id, emit_batch.event_type, coalesce(given.payload, '{}'), coalesce(emit_batch.run_at, now()), emit_batch.priority
    from unnest(v_ids, payloads, v_holder_ids) as given (id, payload, holder_id)
    where given.holder_id = given.id
    order by given.id;

    return query
    select given.holder_id, given.holder_id <> given.id
    from unnest(v_ids, v_holder_ids) with ordinality as given (id, holder_id, place)
    order by given.place;
end
$$;

comment on function pipeline.emit_batch(text, jsonb[], timestamptz, integer, text[], interval) is
    'Emits many events of one type in your transaction; returns their ids in order, and which were there already.';

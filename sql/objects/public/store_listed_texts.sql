-- public.store_listed_texts(provider, texts, began_at, rest): stores what a provider's list of received texts has and the doors do not.
--
-- The list is read in parts: with a rest, what is left is an event of its own; without one, all up to began_at is known.
--
-- Arguments: provider; texts: JSON array of objects with body, phone_number, provider_message_id, provider_contact_id, account, to_number,
--            attachments, received_at; began_at: when the reading began; rest: payload of the event that goes on, NULL: it is over.
-- Returns: how many were not there.
-- Reads:  nothing
-- Writes: public.inbound_messages, public.inbound_readings; by pipeline.emit marketing.pipeline_events
-- Locks:  the new rows in the list's order, then the reading

create or replace function public.store_listed_texts(provider text, texts jsonb, began_at timestamptz, rest jsonb default null)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_text record;
    v_missed bigint := 0;
begin
    for v_text in
        select listed.*
        from jsonb_array_elements(texts) with ordinality as part (item, place)
        cross join lateral jsonb_to_record(part.item) as listed (
            body text, phone_number text, provider_message_id text, provider_contact_id text, account text, to_number text,
            attachments integer, received_at timestamptz
        )
        -- What has no id would be stored again at each reading.
        where listed.provider_message_id <> ''
        order by part.place
    loop
        insert into public.inbound_messages (
            provider, body, phone_number, provider_message_id, provider_contact_id, account, to_number, attachments, received_at, listed_at
        )
        values (
            store_listed_texts.provider, left(coalesce(v_text.body, ''), 20000), v_text.phone_number, v_text.provider_message_id,
            v_text.provider_contact_id, v_text.account, v_text.to_number, least(greatest(coalesce(v_text.attachments, 0), 0), 1000),
            v_text.received_at, clock_timestamp()
        )
        on conflict (dedupe_key) do nothing;

        if found then
            v_missed := v_missed + 1;
        end if;
    end loop;

    update public.inbound_readings as reading
    set listed = reading.listed + jsonb_array_length(texts),
        missed = reading.missed + v_missed,
        read_to = case when rest is null then greatest(reading.read_to, store_listed_texts.began_at) else reading.read_to end,
        read_at = case when rest is null then clock_timestamp() else reading.read_at end,
        problem = case when rest is not null then reading.problem end
    where reading.provider = store_listed_texts.provider;

    if rest is not null then
        perform pipeline.emit('catch_up_' || store_listed_texts.provider, rest);
    end if;

    return v_missed;
end
$$;

comment on function public.store_listed_texts(text, jsonb, timestamptz, jsonb) is
    'Stores what a provider''s list of received texts has and the doors do not.';

revoke execute on function public.store_listed_texts(text, jsonb, timestamptz, jsonb) from public;

-- public.begin_chat_requests(purpose, record_ids, provider): writes down that a chat model is about to be asked.
--
-- Arguments: purpose: as in chat_requests; record_ids; provider: who is asked.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.chat_requests
-- Locks:  the rows, in the order of their ids

create or replace function public.begin_chat_requests(purpose text, record_ids bigint[], provider text)
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into public.chat_requests (purpose, record_id, provider)
    select distinct begin_chat_requests.purpose, given.record_id, begin_chat_requests.provider
    from unnest(begin_chat_requests.record_ids) as given (record_id)
    order by given.record_id
    on conflict on constraint chat_requests_pkey do update
    set outcome = 'asked', reason = null, provider = excluded.provider, updated_at = clock_timestamp();
end;

comment on function public.begin_chat_requests(text, bigint[], text) is 'Writes down that a chat model is about to be asked.';

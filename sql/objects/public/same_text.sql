-- public.same_text(message, stored_after, stored_before, words_key): the stored text that this one is, delivered another time.
--
-- Of two without an id the key tells. Of one with and one without it, provider, sender and words do, while the one is still waited for.
--
-- Arguments: message: not stored yet; stored_after, stored_before: when the other one was; words_key: of a message without an id what its
--            key begins with, NULL: it has an id.
-- Returns: the number of the oldest; NULL: there is none.
-- Reads:  public.inbound_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.same_text(
    message public.inbound_messages, stored_after timestamptz, stored_before timestamptz, words_key text
)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    with
    -- Each way to know a sender by its own index.
    of_sender as (
        select
            stored.id, stored.stored_at, stored.provider, stored.body, stored.provider_message_id, stored.dedupe_key, stored.listed_at,
            stored.same_words_until
        from public.inbound_messages as stored
        where stored.phone_number = (same_text.message).phone_number
        and stored.stored_at between same_text.stored_after and same_text.stored_before
        union all
        select
            stored.id, stored.stored_at, stored.provider, stored.body, stored.provider_message_id, stored.dedupe_key, stored.listed_at,
            stored.same_words_until
        from public.inbound_messages as stored
        where stored.provider_contact_id = (same_text.message).provider_contact_id
        and stored.stored_at between same_text.stored_after and same_text.stored_before
        union all
        select
            stored.id, stored.stored_at, stored.provider, stored.body, stored.provider_message_id, stored.dedupe_key, stored.listed_at,
            stored.same_words_until
        from public.inbound_messages as stored
        where (same_text.message).phone_number is null
        and (same_text.message).provider_contact_id is null
        and stored.phone_number is null
        and stored.stored_at between same_text.stored_after and same_text.stored_before
    )
    select stored.id
    from of_sender as stored
    where stored.provider = (same_text.message).provider
    and btrim(stored.body) = btrim((same_text.message).body)
    and case
        when same_text.words_key is null then stored.provider_message_id is null and stored.listed_at is null
        when stored.provider_message_id is null then
            stored.dedupe_key like same_text.words_key || ':%' and stored.stored_at > same_text.stored_before - interval '1 minute'
        else stored.same_words_until > same_text.stored_before
    end
    order by stored.stored_at
    limit 1;
end;

comment on function public.same_text(public.inbound_messages, timestamptz, timestamptz, text) is
    'The stored text that this one is, delivered another time.';

revoke execute on function public.same_text(public.inbound_messages, timestamptz, timestamptz, text) from public;

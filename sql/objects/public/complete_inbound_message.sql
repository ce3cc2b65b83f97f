-- public.complete_inbound_message(): a received text in one form, with the key that makes it once.
--
-- A sender that is no phone number (a short code, a name) is kept as nobody's. A text with the provider's id is told apart by it, also when
-- its words were erased since. Without an id the same words of the same sender within a minute are the same text, delivered twice.
--
-- One text may come both ways: a workflow brings it without an id, the signed notification or the provider's list with one. The first of
-- them is the row, the other one finds it. The lock on sender and words keeps two deliveries at one moment from missing each other.
--
-- Returns: the row, completed.
-- Reads:  public.contractors, public.event_messages, public.inbound_messages
-- Writes: public.inbound_messages: what a row lacked that is delivered once more
-- Locks:  sender and words, until the end of the transaction; the row that is there

create or replace function public.complete_inbound_message()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_same_text_within constant interval := '1 minute';
    -- Notifications of one text, by different ways, come within this; the list is read, and notifications are repeated, within that.
    c_both_ways_within constant interval := '2 minutes';
    c_listed_within constant interval := '2 hours';
    v_within interval := c_both_ways_within;
    v_at timestamptz := clock_timestamp();
    v_key text;
    v_stored_id bigint;
begin
    new.provider_message_id := nullif(btrim(new.provider_message_id), '');
    new.provider_contact_id := nullif(btrim(new.provider_contact_id), '');

    begin
        new.phone_number := public.read_phone(new.phone_number);
    exception
        when check_violation then
            new.phone_number := null;
    end;

    if new.phone_number is null and new.provider_contact_id is not null then
        new.phone_number := public.phone_of_contact(new.provider_contact_id);
    end if;

    if new.dedupe_key is not null then
        return new;
    end if;

    v_key := new.provider || ':' || md5(
        coalesce(new.phone_number, new.provider_contact_id, '') || ':' || new.body || ':' || new.attachments
    );
    perform pg_advisory_xact_lock(hashtextextended(v_key, 0));

    if new.provider_message_id is null then
        v_stored_id := public.same_text(new, v_at - c_listed_within, v_at, v_key);

        update public.inbound_messages as message
        set same_words_until = least(message.same_words_until, v_at + c_same_text_within)
        where message.id = v_stored_id
        returning message.dedupe_key into new.dedupe_key;

        new.dedupe_key := coalesce(new.dedupe_key, v_key || ':' || extract(epoch from v_at)::text);
        return new;
    end if;

    select message.dedupe_key into new.dedupe_key
    from public.inbound_messages as message
    where message.provider_message_id = new.provider_message_id
    and message.provider = new.provider;

    if found then
        return new;
    end if;

    new.dedupe_key := new.provider || ':' || new.provider_message_id;
    if new.listed_at is not null then
        v_within := c_listed_within;
        v_at := least(new.received_at, v_at);
    end if;

    v_stored_id := public.same_text(new, v_at - c_both_ways_within, v_at + v_within, null);

    update public.inbound_messages as message
    set provider_message_id = new.provider_message_id,
        dedupe_key = new.dedupe_key,
        listed_at = new.listed_at,
        received_at = coalesce(message.received_at, new.received_at),
        same_words_until = message.stored_at + c_same_text_within
    where message.id = v_stored_id;

    -- When nothing was found, this is the first of it; otherwise this row gives way by its key.
    new.same_words_until := clock_timestamp() + v_within;
    return new;
end
$$;

comment on function public.complete_inbound_message() is 'Trigger function of inbound_messages: brings the sender into one form and makes the key that makes the text once.';

create or replace trigger complete_inbound_message
    before insert on public.inbound_messages
    for each row
    execute function public.complete_inbound_message();

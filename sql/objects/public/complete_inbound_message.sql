-- public.complete_inbound_message(): a received text in one form, with the key that makes it once.
--
-- A sender that is no phone number (a short code, a name) is kept as nobody's. Without a provider's id the same words of the same
-- sender within a minute are the same text, delivered twice: the lock on the key keeps two deliveries at one moment from missing each other.
--
-- Returns: the row, completed.
-- Reads:  public.contractors, public.event_messages, public.inbound_messages
-- Writes: nothing
-- Locks:  the key of a text without an id, until the end of the transaction

create or replace function public.complete_inbound_message()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c_same_text_within constant interval := '1 minute';
    v_sender text;
    v_key text;
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
    elsif new.provider_message_id is not null then
        new.dedupe_key := new.provider || ':' || new.provider_message_id;
        return new;
    end if;

    v_sender := coalesce(new.phone_number, new.provider_contact_id, '');
    v_key := new.provider || ':' || md5(v_sender || ':' || new.body || ':' || new.attachments);
    perform pg_advisory_xact_lock(hashtextextended(v_key, 0));

    select message.dedupe_key into new.dedupe_key
    from public.inbound_messages as message
    where message.phone_number is not distinct from new.phone_number
    and message.stored_at > clock_timestamp() - c_same_text_within
    and message.dedupe_key like v_key || ':%'
    order by message.stored_at
    limit 1;

    new.dedupe_key := coalesce(new.dedupe_key, v_key || ':' || extract(epoch from clock_timestamp())::text);
    return new;
end
$$;

comment on function public.complete_inbound_message() is 'Trigger function of inbound_messages: brings the sender into one form and makes the key that makes the text once.';

create or replace trigger complete_inbound_message
    before insert on public.inbound_messages
    for each row
    execute function public.complete_inbound_message();

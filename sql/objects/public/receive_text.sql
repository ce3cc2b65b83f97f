-- public.receive_text(…): stores a text that somebody sent, once.
--
-- For the doors of providers. The same text delivered again changes nothing. Characters that a text cannot hold are left out, and what is
-- longer than any provider takes is cut.
--
-- Arguments: as the columns of inbound_messages.
-- Returns: its number, and whether it is new.
-- Reads:  public.inbound_messages
-- Writes: public.inbound_messages
-- Locks:  the new row

create or replace function public.receive_text(
    provider text,
    body text,
    phone_number text default null,
    provider_message_id text default null,
    notification_id text default null,
    provider_contact_id text default null,
    account text default null,
    to_number text default null,
    attachments integer default 0,
    received_at timestamptz default null,
    answered_by_provider boolean default false,
    out id bigint,
    out is_new boolean
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into public.inbound_messages (
        provider, body, phone_number, provider_message_id, notification_id, provider_contact_id, account, to_number, attachments,
        received_at, answered_by_provider
    )
    values (
        receive_text.provider, left(coalesce(receive_text.body, ''), 20000), receive_text.phone_number,
        receive_text.provider_message_id, receive_text.notification_id, receive_text.provider_contact_id, receive_text.account,
        receive_text.to_number, least(greatest(coalesce(receive_text.attachments, 0), 0), 1000),
        receive_text.received_at, coalesce(receive_text.answered_by_provider, false)
    )
    on conflict (dedupe_key) do nothing
    returning inbound_messages.id into receive_text.id;

    is_new := receive_text.id is not null;
end
$$;

comment on function public.receive_text(text, text, text, text, text, text, text, text, integer, timestamptz, boolean) is
    'Stores a received text once: SELECT * FROM receive_text(''twilio'', ''YES'', ''+15125550123'', ''SM1'').';

revoke execute on function public.receive_text(text, text, text, text, text, text, text, text, integer, timestamptz, boolean) from public;

-- public.block_number(phone, opted_out, reason): keeps what a provider or carrier said about a number beyond one text.
--
-- Arguments: phone: E.164; opted_out: true: its owner wants no texts; false: no text can reach it; reason: what was said.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.sms_subscriptions; by its trigger public.sms_consents
-- Locks:  the number's row

create or replace function public.block_number(phone text, opted_out boolean, reason text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if opted_out then
        perform public.set_sms_consent(phone, false, 'provider', reason);
        return;
    end if;

    insert into public.sms_subscriptions as subscription (phone_number, subscription_source, undeliverable_at, undeliverable_reason)
    values (phone, 'provider', clock_timestamp(), coalesce(nullif(btrim(reason), ''), 'The provider gave no reason.'))
    on conflict (phone_number) do update
    set undeliverable_at = excluded.undeliverable_at, undeliverable_reason = excluded.undeliverable_reason;
end
$$;

comment on function public.block_number(text, boolean, text) is 'Keeps what a provider said about a number: its owner opted out, or no text can reach it.';

revoke execute on function public.block_number(text, boolean, text) from public;

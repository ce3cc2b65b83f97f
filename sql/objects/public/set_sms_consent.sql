-- public.set_sms_consent(phone, granted, source, wording, contractor_id, peer_matching_only): a number says yes or no to texts.
--
-- A yes does not lift what the carrier said about the number.
--
-- Arguments: phone: E.164; granted: true yes, false no; source: form, keyword, provider, operator …; wording: what was agreed to, or
--            what the person wrote; contractor_id: whose number it is; peer_matching_only: it is about introductions only.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: public.sms_subscriptions; by its trigger public.sms_consents
-- Locks:  the number's row

create or replace function public.set_sms_consent(
    phone text,
    granted boolean,
    source text,
    wording text default null,
    contractor_id bigint default null,
    peer_matching_only boolean default false
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if phone is null or phone !~ '^\+[1-9][0-9]{6,14}$' then
        raise invalid_parameter_value using
            message = 'The number must be in international form.',
            hint = 'Write it as +15125550123.';
    end if;

    -- For the trigger, which keeps the proof.
    perform set_config('pgcascade.consent_wording', coalesce(set_sms_consent.wording, ''), true);

    insert into public.sms_subscriptions as subscription (
        phone_number, contractor_id, opted_in, peer_matching, subscription_source, opted_in_at, opted_out_at
    )
    values (
        phone, set_sms_consent.contractor_id, case when not peer_matching_only then granted end, granted or not peer_matching_only, source,
        case when granted and not peer_matching_only then clock_timestamp() end,
        case when not granted and not peer_matching_only then clock_timestamp() end
    )
    on conflict (phone_number) do update
    set opted_in = case when peer_matching_only then subscription.opted_in else granted end,
        peer_matching = case when peer_matching_only or granted then granted else subscription.peer_matching end,
        subscription_source = excluded.subscription_source,
        contractor_id = coalesce(excluded.contractor_id, subscription.contractor_id),
        opted_out_at = coalesce(excluded.opted_out_at, subscription.opted_out_at);

    perform set_config('pgcascade.consent_wording', '', true);
end
$$;

comment on function public.set_sms_consent(text, boolean, text, text, bigint, boolean) is
    'A number says yes or no: SELECT set_sms_consent(''+15125550123'', false, ''operator'', ''asked on the phone''). Takes effect at once, across events.';

-- public.record_consent(): every change of mind is kept, and a no takes effect on what is planned.
--
-- Whoever writes to sms_subscriptions, whatever for, leaves a row of proof in sms_consents. Texts to a number that says no are looked at
-- when they are due: nothing is cancelled here, so that they go out if it says yes again.
--
-- Returns: the row, with its times.
-- Reads:  nothing
-- Writes: public.sms_consents
-- Locks:  none beyond the row

create or replace function public.record_consent()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_is_new constant boolean := tg_op = 'INSERT';
begin
    new.updated_at := clock_timestamp();

    if new.opted_in is not null and (v_is_new or new.opted_in is distinct from old.opted_in) then
        if new.opted_in then
            new.opted_in_at := case when v_is_new then coalesce(new.opted_in_at, clock_timestamp()) else clock_timestamp() end;
        else
            new.opted_out_at := case when v_is_new then coalesce(new.opted_out_at, clock_timestamp()) else clock_timestamp() end;
        end if;

        insert into public.sms_consents (phone_number, contractor_id, granted, source, wording, recorded_by)
        values (
            new.phone_number, new.contractor_id, new.opted_in, new.subscription_source,
            nullif(current_setting('pgcascade.consent_wording', true), ''), session_user
        );
    end if;

    if v_is_new and not new.peer_matching or not v_is_new and new.peer_matching <> old.peer_matching then
        insert into public.sms_consents (phone_number, contractor_id, granted, scope, source, wording, recorded_by)
        values (
            new.phone_number, new.contractor_id, new.peer_matching, 'peer_matching', new.subscription_source,
            nullif(current_setting('pgcascade.consent_wording', true), ''), session_user
        );
    end if;

    return new;
end
$$;

comment on function public.record_consent() is 'Trigger function of sms_subscriptions: dates the change and keeps it in sms_consents.';

create or replace trigger record_consent
    before insert or update on public.sms_subscriptions
    for each row
    execute function public.record_consent();

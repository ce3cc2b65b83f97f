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
    v_wording constant text := nullif(current_setting('pgcascade.consent_wording', true), '');
    v_is_changed constant boolean := new.opted_in is not null and (v_is_new or new.opted_in is distinct from old.opted_in);
begin
    if tg_when = 'BEFORE' then
        new.updated_at := clock_timestamp();
        if v_is_changed and new.opted_in then
            new.opted_in_at := case when v_is_new then coalesce(new.opted_in_at, clock_timestamp()) else clock_timestamp() end;
        elsif v_is_changed then
            new.opted_out_at := case when v_is_new then coalesce(new.opted_out_at, clock_timestamp()) else clock_timestamp() end;
        end if;
        return new;
    end if;

    insert into public.sms_consents (phone_number, contractor_id, granted, scope, source, wording, recorded_by)
    select new.phone_number, new.contractor_id, said.granted, said.scope, new.subscription_source, v_wording, session_user
    from (
        values
            (v_is_changed, new.opted_in, 'all'),
            (new.peer_matching <> case when v_is_new then true else old.peer_matching end, new.peer_matching, 'peer_matching')
    ) as said (is_changed, granted, scope)
    where said.is_changed;

    return null;
end
$$;

comment on function public.record_consent() is 'Trigger function of sms_subscriptions: dates the change and keeps it in sms_consents.';

create or replace trigger date_consent
    before insert or update on public.sms_subscriptions
    for each row
    execute function public.record_consent();

-- After, because an INSERT that turns into an UPDATE would otherwise be kept twice.
create or replace trigger record_consent
    after insert or update on public.sms_subscriptions
    for each row
    execute function public.record_consent();

-- public.recall_suppression(): a number that comes back after its owner was erased comes back opted out.
--
-- Only a hash was kept. Whatever row brings the number in again, an import, a registration or a text, makes the opt-out explicit before
-- anything could be sent.
--
-- Arguments (of the trigger): the column that holds the number.
-- Returns: the row.
-- Reads:  public.suppressed_numbers
-- Writes: public.sms_subscriptions
-- Locks:  the number's row

create or replace function public.recall_suppression()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_phone constant text := to_jsonb(new) ->> tg_argv[0];
begin
    if v_phone ~ '^\+[1-9][0-9]{6,14}$'
        and exists (
            select from public.suppressed_numbers as suppressed where suppressed.number_hash = public.number_hash(v_phone)
        )
    then
        insert into public.sms_subscriptions as subscription (phone_number, opted_in, subscription_source, opted_out_at)
        values (v_phone, false, 'erased', clock_timestamp())
        on conflict (phone_number) do update
        set opted_in = false, subscription_source = excluded.subscription_source
        where subscription.opted_in is distinct from false;
    end if;

    return new;
end
$$;

comment on function public.recall_suppression() is 'Trigger function of tables that bring numbers in: who was erased stays opted out.';

create or replace trigger recall_suppression
    after insert or update of phone on public.contractors
    for each row
    when (new.phone is not null)
    execute function public.recall_suppression('phone');

create or replace trigger recall_suppression
    after insert or update of real_phone on public.event_attendees
    for each row
    when (new.real_phone is not null)
    execute function public.recall_suppression('real_phone');

create or replace trigger recall_suppression
    after insert or update of phone on public.event_messages
    for each row
    when (new.phone is not null and new.direction = 'outbound' and new.contractor_id is null)
    execute function public.recall_suppression('phone');

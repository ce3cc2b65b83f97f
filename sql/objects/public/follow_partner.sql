-- public.follow_partner(): a partner who is not recommended any more is not told of in texts that wait, either.
--
-- Returns: nothing of use (after trigger).
-- Reads:  public.event_messages
-- Writes: public.partner_recommendations; by its trigger public.event_messages
-- Locks:  the recommendations, then their texts

create or replace function public.follow_partner()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.partner_recommendations as recommendation
    set status = 'cancelled'
    where recommendation.partner_id = new.id
    and recommendation.status <> 'cancelled'
    and not exists (
        select
        from public.event_messages as message
        where message.id = recommendation.message_id
        and message.status not in ('draft', 'scheduled')
    );

    return null;
end
$$;

comment on function public.follow_partner() is
    'Trigger function of strategic_partners: one who is not active any more is not told of in texts that wait.';

create or replace trigger follow_partner
    after update of is_active on public.strategic_partners
    for each row
    when (old.is_active and not new.is_active)
    execute function public.follow_partner();

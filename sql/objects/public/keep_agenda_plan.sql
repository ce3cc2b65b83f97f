-- public.keep_agenda_plan(event_id, plan): remembers which plan the texts of an event follow now.
--
-- Arguments: event_id; plan: a JSON object of moments and their digests, as of agenda_digests; NULL: nothing is planned.
-- Returns: nothing.
-- Reads:  public.events
-- Writes: public.agenda_plans
-- Locks:  the event's rows; the caller holds the event's sync

create or replace function public.keep_agenda_plan(event_id bigint, plan jsonb)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from public.agenda_plans as kept
    where kept.event_id = keep_agenda_plan.event_id
    and not coalesce(plan, '{}') ? kept.moment;

    insert into public.agenda_plans as kept (event_id, moment, digest)
    select event.id, entry.moment, entry.digest
    from public.events as event
    cross join lateral jsonb_each_text(plan) as entry (moment, digest)
    where event.id = keep_agenda_plan.event_id
    on conflict (event_id, moment) do update
    set digest = excluded.digest
    where kept.digest <> excluded.digest
$$;

comment on function public.keep_agenda_plan(bigint, jsonb) is 'Remembers which plan the texts of an event follow now.';

revoke execute on function public.keep_agenda_plan(bigint, jsonb) from public;

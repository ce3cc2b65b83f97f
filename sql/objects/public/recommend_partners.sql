-- public.recommend_partners(event_ids): the stage recommend_partners; proposes partners who were not at an event to its attendees.
--
-- Arguments: event_ids of partners_to_recommend events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  by public.partners_to_recommend what it reads
-- Writes: public.partner_recommendations; by its trigger public.event_messages
-- Locks:  the new rows, in the order of the people

create or replace function public.recommend_partners(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into public.partner_recommendations (event_id, contractor_id, partner_id, shared_areas, send_at, status)
    select
        found.event_id, found.contractor_id, found.partner_id, found.shared_areas, found.send_at,
        case when found.needs_approval then 'proposed' else 'approved' end
    from public.partners_to_recommend() as found
    order by found.contractor_id
    on conflict do nothing;

    select null::bigint, null::text where false;
$$;

comment on function public.recommend_partners(bigint[]) is 'Stage recommend_partners: proposes partners who were not at an event.';

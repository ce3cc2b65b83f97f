-- public.recommend_partners(event_ids): the stage recommend_partners; proposes partners who were not at an event to its attendees.
--
-- What nobody has approved within three weeks is cancelled, so that whoever approves all that wait is not refused for its sake.
--
-- Arguments: event_ids of partners_to_recommend events, already claimed.
-- Returns: nothing for each event that went through.
-- Reads:  public.events; by public.partners_to_recommend what it reads
-- Writes: public.partner_recommendations; by its trigger public.event_messages
-- Locks:  the rows that are too old, then the new rows, in the order of the people

create or replace function public.recommend_partners(event_ids bigint[])
returns table (event_id bigint, error text)
language sql
set search_path = pg_catalog, pg_temp
as $$
    update public.partner_recommendations as recommendation
    set status = 'cancelled'
    from public.events as event
    where event.id = recommendation.event_id
    and recommendation.status = 'proposed'
    and (clock_timestamp() at time zone event.timezone)::date > event.end_date + 21;

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

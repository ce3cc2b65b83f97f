-- public.order_peer_matching_stage(event_ids): the stage peer_matching_order; what the agenda has scheduled becomes an order to match.
--
-- Arguments: event_ids of peer_matching_due events, already claimed. Their payloads: event_id, day, introduction_time, ends_at.
-- Returns: nothing: every event goes through.
-- Reads:  marketing.pipeline_events, public.events, public.event_peer_matching
-- Writes: public.event_peer_matching_runs, and by its trigger the ledger
-- Locks:  none beyond the inserted rows

create or replace function public.order_peer_matching_stage(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into public.event_peer_matching_runs (event_id, day_date, origin, introduction_time, introductions_expire_at, caused_by)
    select
        live.id,
        (due.payload ->> 'day')::date,
        'agenda',
        greatest((due.payload ->> 'introduction_time')::timestamptz, now()),
        -- Lunch is over when it is over, but a late run is no reason for texts that are born dead.
        case when (due.payload ->> 'ends_at')::timestamptz > now() then (due.payload ->> 'ends_at')::timestamptz end,
        due.id
    from marketing.pipeline_events as due
    join public.events as live on live.id = marketing.payload_id(due.payload, 'event_id')
    where due.id = any (event_ids)
    and live.is_active
    and live.status = 'scheduled'
    and coalesce(
        (select own.enabled from public.event_peer_matching as own where own.event_id = live.id),
        (select general.enabled from public.event_peer_matching as general where general.event_id is null),
        true
    )
    order by due.id;
end
$$;

comment on function public.order_peer_matching_stage(bigint[]) is
    'Stage peer_matching_order: what the agenda has scheduled becomes a row of event_peer_matching_runs.';

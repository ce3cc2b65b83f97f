-- public.agenda_sync_stage(event_ids): the stage agenda_sync; changes of an agenda reach texts and timers.
--
-- However many changes of an event wait, it is compared once: for the people whom they name, or as a whole.
--
-- Arguments: event_ids of agenda_changed events, already claimed.
-- Returns: nothing for each event that went through; event_id and error for one that must be tried again.
-- Reads:  marketing.pipeline_events
-- Writes: what agenda_sync writes
-- Locks:  as agenda_sync, events in the order of their ids

create or replace function public.agenda_sync_stage(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_change record;
begin
    for v_change in
        select
            marketing.payload_id(event.payload, 'event_id') as event_id,
            min(event.created_at) as since,
            case
                when bool_and(coalesce(jsonb_typeof(event.payload -> 'contractor_ids') = 'array', false)) then (
                    select array_agg(distinct person.id::bigint)
                    from marketing.pipeline_events as other
                    cross join lateral jsonb_array_elements_text(other.payload -> 'contractor_ids') as person (id)
                    where other.id = any (array_agg(event.id))
                )
            end as contractor_ids
        from marketing.pipeline_events as event
        where event.id = any (event_ids)
        group by 1
        having marketing.payload_id(event.payload, 'event_id') is not null
        order by 1
    loop
        perform public.agenda_sync(v_change.event_id, v_change.contractor_ids, v_change.since);
    end loop;
end
$$;

comment on function public.agenda_sync_stage(bigint[]) is 'Stage agenda_sync: changes of an agenda reach texts and timers.';

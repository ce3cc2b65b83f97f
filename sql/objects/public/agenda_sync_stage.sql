-- public.agenda_sync_stage(event_ids): the stage agenda_sync; changes of an agenda reach texts and timers.
--
-- However many changes of an event wait, it is compared once: for the people whom they name, for the moments that are not as they were,
-- or, where many people have changed at once or nobody says what has, as a whole.
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
        with changes as (
            select
                marketing.payload_id(event.payload, 'event_id') as event_id,
                event.created_at,
                case when jsonb_typeof(event.payload -> 'contractor_ids') = 'array' then event.payload -> 'contractor_ids' end as people,
                coalesce(
                    event.payload ->> 'change' ~ ' (events|event_days|event_agenda_items|event_speakers|event_session_speakers|event_sponsors|agenda_rules)$',
                    false
                ) as is_of_the_plan
            from marketing.pipeline_events as event
            where event.id = any (event_ids)
        )
        select
            changes.event_id,
            min(changes.created_at) as since,
            bool_or(changes.people is null and not changes.is_of_the_plan) as is_whole,
            bool_or(changes.is_of_the_plan) as is_of_the_plan,
            (
                select array_agg(distinct person.id::bigint)
                from changes as other
                cross join lateral jsonb_array_elements_text(other.people) as person (id)
                where other.event_id = changes.event_id
            ) as contractor_ids
        from changes
        where changes.event_id is not null
        group by changes.event_id
        order by changes.event_id
    loop
        if v_change.is_whole then
            perform public.agenda_sync(v_change.event_id, null, v_change.since);
            continue;
        end if;
        if v_change.is_of_the_plan then
            perform public.agenda_sync_changes(v_change.event_id, v_change.since);
        end if;
        if v_change.contractor_ids is not null then
            perform public.agenda_sync(v_change.event_id, v_change.contractor_ids, v_change.since);
        end if;
    end loop;
end
$$;

comment on function public.agenda_sync_stage(bigint[]) is 'Stage agenda_sync: changes of an agenda reach texts and timers.';

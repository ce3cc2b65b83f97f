-- public.move_roundtables(): when breaks are moved, unsent texts of roundtables go with them.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows, new_rows (transition tables), public.event_peer_matching_runs, and what roundtable_moment reads
-- Writes: public.event_peer_groups, and by its trigger public.event_messages
-- Locks:  the tables in the order of their ids

create or replace function public.move_roundtables()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.event_peer_groups as seated
    set introduction_time = held.becomes, updated_at = clock_timestamp()
    from (
        select seated.id, public.roundtable_moment(run.event_id, run.introduction_time) as becomes
        from public.event_peer_groups as seated
        join public.event_peer_matching_runs as run on run.id = seated.run_id
        where seated.status in ('draft', 'proposed')
        and seated.event_id in (
            select moved.event_id
            from (
                select now_there.id, now_there.event_id, now_there.start_time, now_there.end_time, now_there.status
                from new_rows as now_there
                where now_there.item_type in ('lunch', 'break', 'networking')
                except
                select before.id, before.event_id, before.start_time, before.end_time, before.status
                from old_rows as before
            ) as moved
        )
        order by seated.id
        for no key update of seated
    ) as held
    where seated.id = held.id
    and held.becomes is distinct from seated.introduction_time;

    return null;
end
$$;

comment on function public.move_roundtables() is 'Trigger function of event_agenda_items: when breaks are moved, unsent texts of roundtables go with them.';

-- Its name comes after move_introductions, which moves the run that it reads.
create or replace trigger move_roundtables
    after update on public.event_agenda_items
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.move_roundtables();

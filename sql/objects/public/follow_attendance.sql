-- public.follow_attendance(): who comes late finds a peer; whoever leaves is called back, and the peer finds another.
--
-- A check-in orders a run for these people where event_peer_matching.on_check_in says so. Whoever leaves, cancels or is deleted before the
-- introduction was sent has the match released, and a run is ordered for those who had been promised him or her.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows, new_rows (transition tables), and what find_peers_on_check_in reads
-- Writes: what release_peer_matches and find_peers_on_check_in write
-- Locks:  the matches in the order of their ids, then the matching of each event, shared

create or replace function public.follow_attendance()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_left record;
    v_event record;
    v_came bigint[];
begin
    if tg_op = 'UPDATE' then
        -- Nothing to do with coming and going: the frequent case. Here and below the two versions are compared as sets: a join that was
        -- planned for one row would read all of one for each row of the other.
        if not exists (
            select now_there.id, now_there.check_in_time is null, now_there.check_out_time is null, now_there.registration_status
            from new_rows as now_there
            except
            select before.id, before.check_in_time is null, before.check_out_time is null, before.registration_status
            from old_rows as before
        ) then
            return null;
        end if;

        for v_left in
            select now_there.event_id, array_agg(now_there.contractor_id) as contractor_ids
            from new_rows as now_there
            where (now_there.check_in_time is null or now_there.check_out_time is not null or now_there.registration_status <> 'registered')
            and now_there.id not in (
                select before.id
                from old_rows as before
                where before.check_in_time is null
                or before.check_out_time is not null
                or before.registration_status <> 'registered'
            )
            group by now_there.event_id
            order by now_there.event_id
        loop
            perform public.release_peer_matches(v_left.event_id, v_left.contractor_ids);
        end loop;

        select array_agg(came.id) into v_came
        from new_rows as came
        where came.id not in (
            select before.id
            from old_rows as before
            where before.check_in_time is not null
            and before.check_out_time is null
            and before.registration_status = 'registered'
        );
    else
        select array_agg(came.id) into v_came from new_rows as came;
    end if;

    for v_event in
        select came.event_id, array_agg(came.contractor_id order by came.contractor_id) as contractor_ids
        from new_rows as came
        where came.id = any (v_came)
        and came.check_in_time is not null
        and came.check_out_time is null
        and came.registration_status = 'registered'
        group by came.event_id
        order by came.event_id
    loop
        perform public.find_peers_on_check_in(v_event.event_id, v_event.contractor_ids);
    end loop;

    return null;
end
$$;

comment on function public.follow_attendance() is
    'Trigger function of event_attendees: who comes late finds a peer; whoever leaves is called back, and the peer finds another.';

create or replace trigger follow_attendance
    after insert on public.event_attendees
    referencing new table as new_rows
    for each statement
    execute function public.follow_attendance();

create or replace trigger follow_attendance_update
    after update on public.event_attendees
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.follow_attendance();

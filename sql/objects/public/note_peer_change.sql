-- public.note_peer_change(), public.forget_peer_changes(): which people and matches of events were written, for runs that know the rest.
--
-- Of each statement one row for each event, without a lock that another writer would wait for. They fire where others are turned off, too
-- (session_replication_role), since a run takes what is not noted for unchanged. What is an hour old is forgotten now and then, by one
-- writer in many; a row without ids then says so to whoever had not seen it: all is read anew.
--
-- Returns: nothing (statement trigger); nothing.
-- Reads:  new_rows, old_rows (transition tables)
-- Writes: public.event_peer_changes
-- Locks:  of rows that are forgotten those that nobody else holds

create or replace function public.forget_peer_changes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- A session may have called it when the table was empty.
set plan_cache_mode = force_custom_plan
as $$
begin
    with
    forgotten as (
        delete from public.event_peer_changes as change
        where change.ctid = any (
            array(
                select old.ctid
                from public.event_peer_changes as old
                where old.written_at < now() - interval '1 hour'
                order by old.written_at
                limit 2000
                for update skip locked
            )
        )
        returning change.written_by
    )
    insert into public.event_peer_changes (written_by)
    -- Numbers from another server, as a restored dump has them, are later than any.
    select least(max(forgotten.written_by), pg_snapshot_xmax(pg_current_snapshot()))
    from forgotten
    having count(*) > 0;
end
$$;

comment on function public.forget_peer_changes() is 'Forgets which people and matches were written more than an hour ago.';

revoke execute on function public.forget_peer_changes() from public;

create or replace function public.note_peer_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'TRUNCATE' then
        insert into public.event_peer_changes default values;
    elsif tg_table_name = 'contractors' then
        insert into public.event_peer_changes (contractor_ids)
        select array_agg(contractor.id) from new_rows as contractor having count(*) > 0;
    elsif tg_table_name = 'event_attendees' then
        if tg_op = 'INSERT' then
            insert into public.event_peer_changes (event_id, contractor_ids)
            select written.event_id, array_agg(written.contractor_id) from new_rows as written group by written.event_id;
        elsif tg_op = 'DELETE' then
            insert into public.event_peer_changes (event_id, contractor_ids)
            select former.event_id, array_agg(former.contractor_id) from old_rows as former group by former.event_id;
        else
            -- Both, because a row may be another's now.
            insert into public.event_peer_changes (event_id, contractor_ids)
            select written.event_id, array_agg(written.contractor_id)
            from (
                select now_so.event_id, now_so.contractor_id from new_rows as now_so
                union all
                select former.event_id, former.contractor_id from old_rows as former
            ) as written
            group by written.event_id;
        end if;
    else
        if tg_op = 'INSERT' then
            insert into public.event_peer_changes (event_id, match_ids)
            select written.event_id, array_agg(written.id) from new_rows as written group by written.event_id;
        elsif tg_op = 'DELETE' then
            insert into public.event_peer_changes (event_id, match_ids)
            select former.event_id, array_agg(former.id) from old_rows as former group by former.event_id;
        else
            -- Both, because a row may be another's now.
            insert into public.event_peer_changes (event_id, match_ids)
            select written.event_id, array_agg(written.id)
            from (
                select now_so.event_id, now_so.id from new_rows as now_so
                union all
                select former.event_id, former.id from old_rows as former
            ) as written
            group by written.event_id;
        end if;
    end if;

    -- Elsewhere it would fail, and the writer with it, where another has forgotten the same meanwhile.
    if random() < 0.002 and current_setting('transaction_isolation') = 'read committed' then
        perform public.forget_peer_changes();
    end if;

    return null;
end
$$;

comment on function public.note_peer_change() is
    'Trigger function of contractors, event_attendees and event_peer_matches: which of them were written, for runs that know the rest.';

create or replace trigger note_peer_change
    after update on public.contractors
    referencing new table as new_rows
    for each statement
    execute function public.note_peer_change();
alter table public.contractors enable always trigger note_peer_change;

create or replace trigger note_peer_change_insert
    after insert on public.event_attendees
    referencing new table as new_rows
    for each statement
    execute function public.note_peer_change();
alter table public.event_attendees enable always trigger note_peer_change_insert;

create or replace trigger note_peer_change
    after update on public.event_attendees
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_peer_change();
alter table public.event_attendees enable always trigger note_peer_change;

create or replace trigger note_peer_change_delete
    after delete on public.event_attendees
    referencing old table as old_rows
    for each statement
    execute function public.note_peer_change();
alter table public.event_attendees enable always trigger note_peer_change_delete;

create or replace trigger note_peer_change_truncate
    after truncate on public.event_attendees
    for each statement
    execute function public.note_peer_change();
alter table public.event_attendees enable always trigger note_peer_change_truncate;

create or replace trigger note_peer_change_insert
    after insert on public.event_peer_matches
    referencing new table as new_rows
    for each statement
    execute function public.note_peer_change();
alter table public.event_peer_matches enable always trigger note_peer_change_insert;

create or replace trigger note_peer_change
    after update on public.event_peer_matches
    referencing old table as old_rows new table as new_rows
    for each statement
    execute function public.note_peer_change();
alter table public.event_peer_matches enable always trigger note_peer_change;

create or replace trigger note_peer_change_delete
    after delete on public.event_peer_matches
    referencing old table as old_rows
    for each statement
    execute function public.note_peer_change();
alter table public.event_peer_matches enable always trigger note_peer_change_delete;

create or replace trigger note_peer_change_truncate
    after truncate on public.event_peer_matches
    for each statement
    execute function public.note_peer_change();
alter table public.event_peer_matches enable always trigger note_peer_change_truncate;

-- pipeline.maintain(): what must be done now and then by one daemon or another.
--
-- Each chore stands alone: one that fails keeps no other from being done, and says why. Chores that may have to wait for a lock come
-- last, because locks are held until the end: the ledger is locked against everybody by who makes a partition of it, so that comes after
-- the reading of an old one.
--
-- Returns: chore, problem: one row for each chore that failed.
-- Reads:  nothing
-- Writes: what the chores write
-- Locks:  those of the chores

drop function if exists pipeline.maintain();

create or replace function pipeline.maintain()
returns table (chore text, problem text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    foreach chore in array array[
        'leave_deleted_stages', 'adopt_all_unrouted', 'forget_unrouted', 'reclaim_orphans', 'release_parked', 'forget_full_buckets',
        'forget_other_clock', 'forget_dedupe_keys', 'add_up_endings', 'count_depths', 'raise_alerts', 'check_publications', 'sync_publications',
        'drop_old_partitions', 'ensure_partitions'
    ] loop
        begin
            execute format('select pipeline.%I()', chore);
        exception
            when others then
                problem := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
                return next;
        end;
    end loop;
end
$$;

comment on function pipeline.maintain() is
    'Makes partitions ahead, raises alerts, and heals what a crash at the wrong moment left; daemons call it every twenty seconds.';

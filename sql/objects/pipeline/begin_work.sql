-- pipeline.begin_work(worker_id, in_database): says which stages a daemon runs in the database, before it begins with them.
--
-- A daemon that was started because the one before it died begins before that one counts as dead. What the dead one had under way must not end this
-- one, too: whoever has a row and no session is suspected at once, and reclaimed in its time.
--
-- Arguments: worker_id of the daemon; in_database: the stages.
-- Returns: how many events will run alone.
-- Reads:  pg_locks
-- Writes: pipeline.workers, pipeline.ready, pipeline.parked
-- Locks:  the daemon's row, then those of pipeline.suspect

create or replace function pipeline.begin_work(worker_id integer, in_database smallint[])
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update pipeline.workers as worker
    set in_database = begin_work.in_database
    where worker.id = begin_work.worker_id;

    select coalesce(pipeline.suspect(array_agg(distinct stage.id)), 0)
    from pipeline.workers as worker
    cross join unnest(worker.in_database) as stage (id)
    where worker.id <> begin_work.worker_id
    and coalesce(worker.naps_until, '-infinity') < clock_timestamp()
    and not exists (
        select
        from pg_locks as held
        where held.locktype = 'advisory'
        and held.database = (select base.oid from pg_database as base where base.datname = current_database())
        and held.classid = pipeline.worker_lock_class()::oid
        and held.objid = worker.id::oid
        and held.granted
    );
end;

comment on function pipeline.begin_work(integer, smallint[]) is
    'Says which stages a daemon runs in the database, and has what a dead one had under way run alone.';

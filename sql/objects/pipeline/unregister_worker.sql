-- pipeline.unregister_worker(worker_id): a daemon's last call, after it finished or released what it held.
--
-- Arguments: worker_id of the daemon.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: pipeline.workers
-- Locks:  its row

create or replace function pipeline.unregister_worker(worker_id integer)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    delete from pipeline.workers as worker where worker.id = unregister_worker.worker_id;
end;

comment on function pipeline.unregister_worker(integer) is 'Forgets a daemon that has stopped and holds nothing.';

-- pipeline.register_worker(name, version): a daemon's first call.
--
-- Arguments: name (host and process) and version of the daemon.
-- Returns: its worker id, the second half of the advisory lock that it must hold from now on.
-- Reads:  nothing
-- Writes: pipeline.workers
-- Locks:  none

create or replace function pipeline.register_worker(name text, version text)
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    insert into pipeline.workers (name, version)
    values (register_worker.name, register_worker.version)
    returning workers.id;
end;

comment on function pipeline.register_worker(text, text) is 'Registers a daemon and returns its worker id.';

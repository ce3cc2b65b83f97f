-- pipeline.end_quiet(worker_id): has writers notify again.
--
-- Writers that read the lease before may commit later than this does. The daemon therefore goes on calling pipeline.relay until all
-- transactions that were under way when this had committed are over.
--
-- Arguments: worker_id of the daemon that kept the lease; another one's is left alone.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: pipeline.quiet
-- Locks:  its row

create or replace function pipeline.end_quiet(worker_id integer)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update pipeline.quiet
    set worker_id = null,
        until = '-infinity'
    where quiet.worker_id = end_quiet.worker_id;
end;

comment on function pipeline.end_quiet(integer) is 'Has writers notify again.';

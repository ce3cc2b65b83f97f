-- pipeline.keep_quiet(worker_id): has writers leave their announcements with this daemon for the next second.
--
-- Arguments: worker_id of the daemon, which calls pipeline.relay from now on, many times a second.
-- Returns: whether it is so; false: another daemon does it.
-- Reads:  nothing
-- Writes: pipeline.quiet
-- Locks:  its row

create or replace function pipeline.keep_quiet(worker_id integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update pipeline.quiet
    set worker_id = keep_quiet.worker_id,
        until = clock_timestamp() + interval '1 second'
    where quiet.worker_id = keep_quiet.worker_id
    or quiet.until < clock_timestamp();
    return found;
end
$$;

comment on function pipeline.keep_quiet(integer) is
    'Has writers leave announcements with a daemon for the next second; false: another daemon does it.';

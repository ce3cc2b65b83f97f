-- pipeline.worker_lock_class(): the first half of the advisory lock that a living daemon holds.
--
-- Returns: the class; the second half is the worker's id.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.worker_lock_class()
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
return 1885823843;

comment on function pipeline.worker_lock_class() is
    'First half of the advisory lock that a living daemon holds on its LISTEN session; the second is its worker id.';

-- db/try_lock: takes a session's advisory lock if nobody else has it
--
-- Parameters: $1  integer  class of the lock
--             $2  integer  object of the lock
-- Columns:    taken  boolean  false where another session holds it
-- Reads:      no table
-- Locks:      the advisory lock ($1, $2), without waiting, until released or the session ends
select pg_catalog.pg_try_advisory_lock($1, $2) as taken;

-- db/unlock: gives a session's advisory lock back
--
-- Parameters: $1  integer  class of the lock
--             $2  integer  object of the lock
-- Columns:    released  boolean  false where this session did not hold it
-- Reads:      no table
-- Locks:      releases the advisory lock ($1, $2)
select pg_catalog.pg_advisory_unlock($1, $2) as released;

-- db/try_lock_in_transaction: takes an advisory lock until the transaction ends, if it is free
--
-- Parameters: $1  integer  class of the lock
--             $2  integer  object of the lock
-- Columns:    taken  boolean  false where another session holds it
-- Reads:      no table
-- Locks:      the advisory lock ($1, $2), without waiting, until the transaction ends
select pg_catalog.pg_try_advisory_xact_lock($1, $2) as taken;

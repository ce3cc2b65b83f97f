-- cli/import_batch_lock: two imports of one name take their batch ids one after the other.
--
-- A statement of its own: the next one must see what the other import has committed.
--
-- $1 text: name of the file.
-- Returns: locked, nothing of interest.
-- Reads:  no table
-- Locks:  an advisory lock on the name until the end of the transaction
select pg_advisory_xact_lock(hashtextextended('pgcascade import ' || $1::text, 0)) as locked

-- db/end_predecessor: ends the session that holds an advisory lock of ours, where it is one of our own role and name
--
-- Parameters: $1  integer  class of the lock
--             $2  integer  object of the lock
-- Columns:    ended  boolean  false where nobody has it, or somebody else
-- Reads:      pg_locks, pg_stat_activity
-- Locks:      none
select coalesce(bool_or(pg_catalog.pg_terminate_backend(activity.pid)), false) as ended
from pg_catalog.pg_locks as held
join pg_catalog.pg_stat_activity as activity
    on activity.pid = held.pid
where held.locktype = 'advisory'
and held.objsubid = 2
and held.granted
and held.classid = $1::integer::oid
and held.objid = $2::integer::oid
and activity.datname = pg_catalog.current_database()
and activity.usename = session_user
and activity.application_name = pg_catalog.current_setting('application_name')
and activity.pid <> pg_catalog.pg_backend_pid();

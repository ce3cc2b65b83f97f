-- db/lock_holder: who holds an advisory lock of two integers in this database
--
-- Parameters: $1  integer  class of the lock
--             $2  integer  object of the lock
-- Columns:    pid               integer  the backend
--             application_name  text     its name; empty where we may not see it
-- Reads:      pg_locks, pg_stat_activity, pg_database
-- Locks:      none
select
    held.pid,
    coalesce(activity.application_name, '') as application_name
from pg_catalog.pg_locks as held
join pg_catalog.pg_database as here
    on here.oid = held.database
    and here.datname = pg_catalog.current_database()
left join pg_catalog.pg_stat_activity as activity
    on activity.pid = held.pid
where held.locktype = 'advisory'
and held.objsubid = 2
and held.granted
and held.classid = $1::integer::oid
and held.objid = $2::integer::oid
limit 1;

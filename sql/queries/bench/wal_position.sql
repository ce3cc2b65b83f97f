-- bench/wal_position: bytes of write-ahead log written so far.
--
-- Returns: bytes double precision.
-- Reads:  nothing
-- Locks:  none
select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::double precision as bytes

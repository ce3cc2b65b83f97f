-- http/now: the database's time.
--
-- Returns: now timestamptz.
-- Locks:  none
select clock_timestamp() as now

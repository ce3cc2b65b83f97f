-- cli/database_time: what time it is, by the only clock that counts.
--
-- Returns: now.
-- Reads:  nothing
-- Locks:  none
select clock_timestamp() as now

-- cli/status_now: the database's clock, in the session's time zone.
--
-- Returns: at text, such as 2026-01-31 14:05:09 UTC.
-- Reads:  no table
-- Locks:  none
select to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS TZ') as at

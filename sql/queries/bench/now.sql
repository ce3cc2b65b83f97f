-- bench/now: the time, by the clock that handlers note.
--
-- Returns: at timestamptz.
-- Locks:  none
select clock_timestamp() as at

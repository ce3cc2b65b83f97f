-- bench/latency: when the handler of an event began, on the database's clock.
--
-- $1 bigint: the event.
-- Returns: ms_after double precision: milliseconds after the given time; no row: not begun yet. Less than none: the emitter
--          heard late of its commit, or the clocks were told apart badly; such a round must not look like a quick one.
-- $2 timestamptz: the time just after the emitting commit had returned.
-- Reads:  bench.begun
-- Locks:  none
select (extract(epoch from begun.at - $2) * 1000)::double precision as ms_after
from bench.begun
where begun.event_id = $1

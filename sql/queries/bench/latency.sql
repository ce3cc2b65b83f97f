-- bench/latency: when the handler of an event began, on the database's clock.
--
-- $1 bigint: the event.
-- Returns: ms_after double precision: milliseconds after the given time; NULL rows: not begun yet.
-- $2 timestamptz: the time just after the emitting commit had returned.
-- Reads:  bench.begun
-- Locks:  none
select greatest(extract(epoch from begun.at - $2) * 1000, 0)::double precision as ms_after
from bench.begun
where begun.event_id = $1

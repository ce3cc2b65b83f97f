-- bench/emit_later: events spread evenly over a time ahead.
--
-- $1 integer: how many; $2 double precision: seconds from now to the first; $3 double precision: seconds over which they are spread.
-- Returns: nothing.
-- Writes: marketing.pipeline_events
-- Locks:  none
insert into marketing.pipeline_events (event_type, payload, run_at)
select 'bench_sql', '{}', clock_timestamp() + ($2::double precision + n * $3::double precision / $1::integer) * interval '1 second'
from generate_series(1, $1::integer) as n

-- engine/nap: how long a frugal daemon may sleep.
--
-- $1 integer: worker; $2 bigint: the shortest sleep, $3 bigint: the longest, in milliseconds; $4 smallint[]: the
-- stages that it can run.
-- Returns: sleep_ms; NULL: there is something to do now or soon.
-- Writes: pipeline.workers (through the function)
-- Locks:  its row
select pipeline.nap($1, $2::bigint * interval '1 millisecond', $3::bigint * interval '1 millisecond', $4) as sleep_ms

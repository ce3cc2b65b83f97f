-- engine/is_idle: whether a frugal daemon has nothing to do now or soon.
--
-- $1 integer: worker; $2 bigint: soon, in milliseconds; $3 smallint[]: the stages that it can run.
-- Returns: is_idle.
-- Reads:  pipeline.inflight, and what pipeline.next_due_at reads
-- Locks:  none
select
    not exists (select from pipeline.inflight where inflight.worker_id = $1)
    and coalesce(pipeline.next_due_at($3) > clock_timestamp() + $2::bigint * interval '1 millisecond', true) as is_idle

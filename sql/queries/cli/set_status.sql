-- cli/set_status: requeues or cancels events, as anybody can in psql.
--
-- $1 bigint[]: ids; $2 text: pending or cancelled.
-- Returns: nothing; the number of rows is how many changed.
-- Writes: marketing.pipeline_events; by its trigger the hot tables
-- Locks:  the events
update marketing.pipeline_events
set status = $2
where id = any ($1)
and status <> $2
and ($2 = 'pending') = (status in ('failed', 'cancelled'))

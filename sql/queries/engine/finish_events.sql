-- engine/finish_events: writes what became of a batch.
--
-- $1 bigint[]: events; $2 text[]: statuses; $3 bigint[]: delays in milliseconds; $4 boolean[]: attempt spent; $5 text[]: errors;
-- $6 text: stage.
-- Returns: how many events were written.
-- Writes: marketing.pipeline_events, marketing.pipeline_errors (through the function)
-- Locks:  the events, in the order of their ids
select pipeline.finish_events($1, $2, $3, $4, $5, $6)

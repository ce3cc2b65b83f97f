-- engine/after_crash: looks for the event to blame after this daemon's session ended with the server.
--
-- $1 smallint: stage; $2 integer: worker.
-- Returns: how many events were blamed or will run alone.
-- Writes: pipeline.ready, pipeline.inflight, marketing.pipeline_events, marketing.pipeline_errors (through the function)
-- Locks:  the claim and its event, or rows of pipeline.ready that nobody else holds
select pipeline.after_crash($1, $2)

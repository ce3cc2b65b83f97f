-- bench/state: what is left to do, and how fast it was done.
--
-- $1 text: event type that is counted.
-- Returns: is_done boolean: no queue holds anything that is due within a minute; done bigint: processed events of the type; seconds double
--          precision: from the first claim to the last end of it.
-- Reads:  pipeline.ready, pipeline.inflight, pipeline.scheduled, marketing.pipeline_events
-- Locks:  none
select
    not exists (select from pipeline.ready)
    and not exists (select from pipeline.inflight)
    and not exists (select from pipeline.scheduled where scheduled.run_at < statement_timestamp() + interval '1 minute') as is_done,
    count(*) as done,
    coalesce(extract(epoch from max(event.processed_at) - min(event.claimed_at)), 0)::double precision as seconds
from marketing.pipeline_events as event
where event.event_type = $1
and event.status = 'processed'

-- bench/worked_off: how much was done, and in what time.
--
-- $1 text: event type that is counted; $2 timestamptz: when everything was committed.
-- Returns: done bigint: processed events of the type; seconds double precision: from the first claim of all until then.
-- Reads:  marketing.pipeline_events
-- Locks:  none
select
    count(*) filter (where event.event_type = $1) as done,
    coalesce(extract(epoch from $2 - min(event.claimed_at)), 0)::double precision as seconds
from marketing.pipeline_events as event
where event.status = 'processed'

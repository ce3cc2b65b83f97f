-- cli/test_event: the event that a test row emitted, and where it waits.
--
-- $1 bigint: the row.
-- Returns: event_type, status, queued (a stage will claim it).
-- Reads:  marketing.pipeline_events, pipeline.ready
-- Locks:  none
select
    event.event_type,
    event.status,
    exists (select from pipeline.ready where ready.event_id = event.id) as queued
from marketing.pipeline_events as event
where event.payload ->> 'record_id' = ($1::bigint)::text
and event.id > (select sequence.last_value - 100 from marketing.pipeline_events_id_seq as sequence)
order by event.id

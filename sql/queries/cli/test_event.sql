-- cli/test_event: the event of the test row, as it would be queued and announced.
--
-- $1 bigint: the row; $2 bigint: the ledger's sequence before it.
-- Returns: id bigint; queued boolean; notification text. No row: nothing was emitted.
-- Reads:  marketing.pipeline_events, pipeline.ready, pipeline.unrouted
-- Locks:  none
select
    event.id,
    exists (select from pipeline.ready where ready.event_id = event.id)
        or exists (select from pipeline.unrouted where unrouted.event_id = event.id) as queued,
    pipeline.event_notification(event.id, event.event_type, event.payload) as notification
from marketing.pipeline_events as event
where event.id >= $2
and event.event_type = 'company_created'
and event.payload -> 'record_id' = to_jsonb($1::bigint)

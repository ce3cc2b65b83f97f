-- marketing.vw_throughput: events that finished in each minute of the last hour, by event type.
--
-- Found through the ledger's block-range index on created_at: events that are older than two hours are not looked at.
--
-- Reads:  marketing.pipeline_events

create or replace view marketing.vw_throughput as
select
    date_trunc('minute', event.processed_at) as minute,
    event.event_type,
    count(*) filter (where event.status = 'processed') as processed,
    count(*) filter (where event.status = 'failed') as failed,
    count(*) filter (where event.status = 'cancelled') as cancelled
from marketing.pipeline_events as event
where event.created_at > now() - interval '2 hours'
and event.processed_at > now() - interval '1 hour'
group by date_trunc('minute', event.processed_at), event.event_type
order by minute desc, event.event_type;

comment on view marketing.vw_throughput is
    'Events finished per minute over the last hour, by event type (of events created in the last two hours).';

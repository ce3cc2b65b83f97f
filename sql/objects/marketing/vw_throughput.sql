-- marketing.vw_throughput: events that ended in each minute of the last hour, by event type.
--
-- Counted as they end (pipeline.endings) and added up by maintenance: no event is looked at.
--
-- Reads:  pipeline.throughput, pipeline.endings (at most 100,000)

create or replace view marketing.vw_throughput as
select
    counted.minute,
    counted.event_type,
    sum(counted.processed)::bigint as processed,
    sum(counted.failed)::bigint as failed,
    sum(counted.cancelled)::bigint as cancelled
from (
    select throughput.minute, throughput.event_type, throughput.processed, throughput.failed, throughput.cancelled
    from pipeline.throughput
    where throughput.minute > now() - interval '1 hour'
    union all
    select date_trunc('minute', latest.ended_at), latest.event_type, latest.processed, latest.failed, latest.cancelled
    from (select * from pipeline.endings limit 100000) as latest
) as counted
group by counted.minute, counted.event_type
order by counted.minute desc, counted.event_type;

comment on view marketing.vw_throughput is 'Events that ended, per minute over the last hour, by event type.';

-- marketing.vw_error_rate_24h: errors of the last 24 hours by event type, and their share of the events.
--
-- Errors are read by time, through their index. Events were counted as they ended (pipeline.endings): none is looked at.
--
-- Reads:  marketing.pipeline_errors, pipeline.throughput, pipeline.endings (at most 100,000)

create or replace view marketing.vw_error_rate_24h as
with
errors as (
    select
        error.event_type,
        count(*) as total_errors,
        count(*) filter (where error.severity = 'critical') as critical_count,
        count(*) filter (where error.severity = 'error') as error_count,
        count(*) filter (where error.severity = 'warning') as warning_count,
        count(*) filter (where error.resolved) as resolved_count
    from marketing.pipeline_errors as error
    where error.created_at > now() - interval '24 hours'
    group by error.event_type
),
events as (
    select
        counted.event_type,
        sum(counted.processed + counted.failed + counted.cancelled)::bigint as total_events,
        sum(counted.failed)::bigint as failed_events
    from (
        select throughput.event_type, throughput.processed, throughput.failed, throughput.cancelled
        from pipeline.throughput
        where throughput.minute > now() - interval '24 hours'
        union all
        select latest.event_type, latest.processed, latest.failed, latest.cancelled
        from (select * from pipeline.endings limit 100000) as latest
    ) as counted
    group by counted.event_type
)
select
    event_type,
    coalesce(errors.total_errors, 0) as total_errors,
    coalesce(errors.critical_count, 0) as critical_count,
    coalesce(errors.error_count, 0) as error_count,
    coalesce(errors.warning_count, 0) as warning_count,
    coalesce(errors.resolved_count, 0) as resolved_count,
    round(100.0 * errors.resolved_count / nullif(errors.total_errors, 0), 2) as resolution_rate_pct,
    coalesce(events.total_events, 0) as total_events,
    coalesce(events.failed_events, 0) as failed_events,
    round(100.0 * events.failed_events / nullif(events.total_events, 0), 2) as error_rate_pct
from errors
full join events using (event_type)
order by coalesce(errors.total_errors, 0) desc, event_type;

comment on view marketing.vw_error_rate_24h is
    'Errors of the last 24 hours by event type; error_rate_pct is failed events over all that ended.';

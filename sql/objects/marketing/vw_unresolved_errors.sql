-- marketing.vw_unresolved_errors: what is wrong now, by event type and severity.
--
-- Reads:  marketing.pipeline_errors (by its partial index on open entries)

create or replace view marketing.vw_unresolved_errors as
select
    error.event_type,
    error.severity,
    count(*) as error_count,
    max(error.created_at) as latest_error,
    (array_agg(distinct left(error.error_message, 300)))[1:10] as error_messages
from marketing.pipeline_errors as error
where not error.resolved
group by error.event_type, error.severity
order by
    case error.severity when 'critical' then 1 when 'error' then 2 else 3 end,
    max(error.created_at) desc;

comment on view marketing.vw_unresolved_errors is
    'Open errors by event type: critical first. Settle with marketing.resolve_pipeline_error(id, who, notes) or requeue the event.';

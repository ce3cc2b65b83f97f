-- marketing.vw_open_alerts: what is wrong right now, with what to do.
--
-- Reads:  marketing.pipeline_alerts

create or replace view marketing.vw_open_alerts as
select
    alert.id,
    alert.severity,
    alert.rule_name,
    alert.subject,
    alert.message,
    alert.what_to_do,
    clock_timestamp() - alert.opened_at as open_for,
    alert.last_seen_at
from marketing.pipeline_alerts as alert
where alert.resolved_at is null
order by array_position(array['critical', 'error', 'warning'], alert.severity), alert.opened_at;

comment on view marketing.vw_open_alerts is 'Alerts that are open, the worst first; what_to_do says how to go on.';

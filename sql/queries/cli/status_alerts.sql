-- cli/status_alerts: the open alerts, the worst first.
--
-- Returns: severity, rule_name, message, what_to_do, open_seconds.
-- Reads:  marketing.vw_open_alerts
-- Locks:  none
select
    alert.severity,
    alert.rule_name,
    alert.message,
    alert.what_to_do,
    extract(epoch from alert.open_for)::double precision as open_seconds
from marketing.vw_open_alerts as alert
limit 20

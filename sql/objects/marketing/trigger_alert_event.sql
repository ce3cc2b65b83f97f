-- trigger_alert_event: an alert that is raised or is over is the event alert_changed.
--
-- Reads:  nothing
-- Writes: pipeline.publications
-- Locks:  none once it stands

select pipeline.publish(
    source => 'marketing.pipeline_alerts',
    event_type => 'alert_changed',
    trigger_name => 'trigger_alert_event',
    operations => '{insert,update}',
    -- Of an insert always, of an update when the alert has just ended.
    columns => '{resolved_at}',
    priority => 1,
    payload => $$jsonb_build_object(
        'alert_id', row.id,
        'state', case when row.resolved_at is null then 'raised' else 'resolved' end,
        'rule', row.rule_name,
        'subject', row.subject,
        'severity', row.severity,
        'message', row.message,
        'what_to_do', row.what_to_do,
        'opened_at', row.opened_at
    )$$
);

-- pipeline.report_alert(rule_name, subject, value, message, what_to_do, ends_at): raises an alert that nobody measures, or ends it.
--
-- For rules whose metric is reported. A standing alert is refreshed; a value that is not above the rule's threshold ends it. Short
-- transactions only: the alert's row is held until theirs is over.
--
-- Arguments: rule_name of pipeline.alert_rules; subject: what it is about; value: compared with the threshold; message: what happens;
--            what_to_do; ends_at: when it is over by itself.
-- Returns: whether an alert stands now.
-- Reads:  pipeline.alert_rules
-- Writes: marketing.pipeline_alerts
-- Locks:  the alert's row

create or replace function pipeline.report_alert(
    rule_name text, subject text, value double precision, message text, what_to_do text, ends_at timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into marketing.pipeline_alerts as alert (rule_name, subject, severity, message, what_to_do, value, threshold, ends_at)
    select
        rule.name, report_alert.subject, rule.severity, report_alert.message, report_alert.what_to_do, report_alert.value, rule.threshold,
        report_alert.ends_at
    from pipeline.alert_rules as rule
    where rule.name = report_alert.rule_name
    and rule.metric = 'reported'
    and rule.enabled
    and report_alert.value > rule.threshold
    on conflict (rule_name, subject) where resolved_at is null do update
    set last_seen_at = clock_timestamp(),
        message = excluded.message,
        what_to_do = excluded.what_to_do,
        value = excluded.value,
        ends_at = excluded.ends_at;

    if found then
        return true;
    end if;

    update marketing.pipeline_alerts as alert
    set resolved_at = clock_timestamp()
    where alert.rule_name = report_alert.rule_name
    and alert.subject = report_alert.subject
    and alert.resolved_at is null;

    return false;
end
$$;

comment on function pipeline.report_alert(text, text, double precision, text, text, timestamptz) is
    'Raises an alert of a rule whose metric is reported, or ends it where the value is not above the threshold.';

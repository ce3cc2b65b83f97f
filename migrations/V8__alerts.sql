-- Alerts: what is worth waking a person for, told once, and told again when it is over.

create table pipeline.alert_rules (
    name text primary key,
    metric text not null,
    event_type text,
    threshold double precision not null,
    look_back interval not null default interval '15 minutes',
    severity text not null default 'error',
    enabled boolean not null default true,
    description text not null,
    constraint rule_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint metric_must_be_known
        check (metric in ('critical_errors', 'error_rate_pct', 'oldest_waiting_seconds', 'waiting', 'unrouted')),
    constraint threshold_must_not_be_negative check (threshold >= 0),
    constraint look_back_must_be_1_minute_to_1_day check (look_back between interval '1 minute' and interval '1 day'),
    constraint alert_severity_must_be_known check (severity in ('warning', 'error', 'critical'))
);

comment on table pipeline.alert_rules is 'What is worth an alert. INSERT a row for more; UPDATE threshold or enabled to hear less.';
comment on column pipeline.alert_rules.name is 'For people, and in the alert.';
comment on column pipeline.alert_rules.metric is
    'critical_errors: open ones; error_rate_pct: failed of the finished events, at least 20, of the newest 20,000; oldest_waiting_seconds: of a stage; waiting: events that wait for a stage; unrouted: events that no stage handles.';
comment on column pipeline.alert_rules.event_type is 'Only this type of event; NULL: each type for itself.';
comment on column pipeline.alert_rules.threshold is 'An alert is open while the metric is above it.';
comment on column pipeline.alert_rules.look_back is 'How far error_rate_pct looks back.';
comment on column pipeline.alert_rules.severity is 'warning, error or critical.';
comment on column pipeline.alert_rules.enabled is 'False: the rule raises nothing, and what it raised is over.';
comment on column pipeline.alert_rules.description is 'What it means, for people.';

insert into pipeline.alert_rules (name, metric, threshold, severity, description)
values
    ('critical_error', 'critical_errors', 0, 'critical', 'A whole stage stands still until somebody acts.'),
    ('error_rate', 'error_rate_pct', 1, 'error', 'More than one event in a hundred fails.'),
    ('stuck', 'oldest_waiting_seconds', 600, 'error', 'An event has waited for ten minutes although its stage is not paused.'),
    ('unrouted', 'unrouted', 0, 'warning', 'Events wait because no stage handles their type.');

create table marketing.pipeline_alerts (
    id bigint generated always as identity primary key,
    rule_name text not null,
    subject text not null,
    severity text not null,
    message text not null,
    what_to_do text not null,
    value double precision not null,
    threshold double precision not null,
    opened_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz
) with (fillfactor = 50);

create unique index pipeline_alerts_one_open_for_subject on marketing.pipeline_alerts (rule_name, subject) where resolved_at is null;

comment on table marketing.pipeline_alerts is 'Alerts: one open row for each rule and subject, however long it lasts. Written by pipeline.raise_alerts.';
comment on column marketing.pipeline_alerts.id is 'The alert_id of its events.';
comment on column marketing.pipeline_alerts.rule_name is 'Which row of pipeline.alert_rules.';
comment on column marketing.pipeline_alerts.subject is 'What it is about: a stage or an event type.';
comment on column marketing.pipeline_alerts.severity is 'That of the rule.';
comment on column marketing.pipeline_alerts.message is 'What happens.';
comment on column marketing.pipeline_alerts.what_to_do is 'What to look at or to type.';
comment on column marketing.pipeline_alerts.value is 'The metric when it was last seen.';
comment on column marketing.pipeline_alerts.threshold is 'That of the rule when it was opened.';
comment on column marketing.pipeline_alerts.opened_at is 'When it was first seen.';
comment on column marketing.pipeline_alerts.last_seen_at is 'When it was last seen.';
comment on column marketing.pipeline_alerts.resolved_at is 'When it was over; NULL: it is open.';

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('alert_by_webhook', 'alert_changed', 'builtin', 'alerts.webhook', 50, 2, 10, '10 seconds', '10 minutes', '20 seconds',
     'Posts alerts to PGCASCADE_ALERT_WEBHOOK, where it is set.'),
    ('alert_by_mail', 'alert_changed', 'builtin', 'alerts.mail', 50, 2, 10, '30 seconds', '10 minutes', '60 seconds',
     'Mails alerts to PGCASCADE_ALERT_EMAIL, where it is set.');

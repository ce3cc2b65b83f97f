-- What is pressing goes first where a limit lets only some begin; what an organiser deletes stays deleted; what will be late is told.

-- Only claims under a limit look at a deadline, through an index that has no entry for events without one: nobody else pays for it.
alter table marketing.pipeline_events add column deadline timestamptz;

comment on column marketing.pipeline_events.deadline is
    'Where its stage has a limit: of events of one priority the one with the earliest deadline begins first. It does not end the event. NULL: after those that have one.';

alter table pipeline.ready add column deadline timestamptz;

create index ready_deadline_for_limited_claims on pipeline.ready (stage_id, priority, deadline, event_id) where deadline is not null;

comment on column pipeline.ready.deadline is 'As in the ledger.';

-- Texts that are queued already must not come after all that are queued from now on.
with
dated as (
    update marketing.pipeline_events as event
    set deadline = message.expires_at
    from public.event_messages as message
    where message.pipeline_event_id = event.id
    and message.status = 'scheduled'
    and message.queued_at is not null
    and event.status = 'pending'
    returning event.id, event.deadline
)
update pipeline.ready
set deadline = dated.deadline
from dated
where ready.event_id = dated.id;

-- Alerts that are not measured every few seconds, but reported by whoever finds something out.
alter table pipeline.alert_rules
    drop constraint metric_must_be_known,
    add constraint metric_must_be_known
        check (metric in ('critical_errors', 'error_rate_pct', 'oldest_waiting_seconds', 'waiting', 'unrouted', 'reported'));

comment on column pipeline.alert_rules.metric is
    'critical_errors: open ones; error_rate_pct: failed of the finished events, at least 20, of the newest 20,000; oldest_waiting_seconds: of a stage; waiting: events that wait for a stage; unrouted: events that no stage handles; reported: by pipeline.report_alert.';

alter table marketing.pipeline_alerts add column ends_at timestamptz;

comment on column marketing.pipeline_alerts.ends_at is
    'When a reported alert is over unless it is reported again; NULL: it is measured, and over when it is not found any more.';

insert into pipeline.alert_rules (name, metric, event_type, threshold, severity, description)
values ('late_texts', 'reported', null, 0, 'warning', 'More texts are planned for some time than their account''s rate carries: some will be late.');

insert into pipeline.stages (name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description)
values
    ('watch_sending', 'sending_planned', 'sql', 'public.watch_sending', 1000, 1, 3, '10 seconds', '1 minute', '60 seconds',
     'Raises an alert where more texts are planned than an account''s rate carries.');

create table public.agenda_removals (
    event_id bigint not null references public.events (id) on delete cascade,
    generation_key text not null,
    removed_at timestamptz not null default clock_timestamp(),
    removed_by text not null default session_user,
    constraint agenda_removals_pkey primary key (event_id, generation_key)
);

comment on table public.agenda_removals is
    'Items of laid out agendas that somebody deleted: they are not laid out again. SELECT agenda_generate(41, restore => true) has them back.';
comment on column public.agenda_removals.event_id is 'The event.';
comment on column public.agenda_removals.generation_key is 'What the item stood for, as in event_agenda_items.';
comment on column public.agenda_removals.removed_at is 'When it was deleted.';
comment on column public.agenda_removals.removed_by is 'The database user who deleted it.';

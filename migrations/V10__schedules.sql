-- Schedules: events that are emitted by the clock.

create table pipeline.schedules (
    name text primary key,
    cron text not null,
    time_zone text not null default 'UTC',
    event_type text not null,
    payload jsonb not null default '{}',
    priority smallint not null default 10,
    missed text not null default 'once',
    enabled boolean not null default true,
    next_at timestamptz,
    last_at timestamptz,
    problem text,
    description text not null default '',
    created_at timestamptz not null default now(),
    constraint schedule_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint cron_must_have_5_or_6_fields
        check (cron ~ '^@[a-z]+$' or array_length(regexp_split_to_array(btrim(cron), '\s+'), 1) in (5, 6)),
    constraint schedule_event_type_must_be_1_to_100_characters
        check (length(event_type) between 1 and 100 and event_type = btrim(event_type)),
    constraint schedule_payload_must_be_a_json_object check (jsonb_typeof(payload) = 'object'),
    constraint schedule_priority_must_be_1_to_10 check (priority between 1 and 10),
    constraint missed_must_be_skip_once_or_all check (missed in ('skip', 'once', 'all'))
);

create index schedules_next_at_for_the_daemons on pipeline.schedules (next_at) where next_at is not null;

comment on table pipeline.schedules is
    'Events that are emitted by the clock, once each however many daemons run: INSERT INTO pipeline.schedules (name, cron, time_zone, event_type) VALUES (''nightly'', ''0 20 * * *'', ''Europe/Berlin'', ''tidy_up'').';
comment on column pipeline.schedules.name is 'In the payload of its events as schedule.';
comment on column pipeline.schedules.cron is 'Minute, hour, day of month, month, day of week; or six fields, the first one seconds. L is the last day of a month, MON#2 the second Monday.';
comment on column pipeline.schedules.time_zone is 'An IANA name. A time that a change of the clocks leaves out comes right after it; one that it repeats comes once.';
comment on column pipeline.schedules.event_type is 'What is emitted.';
comment on column pipeline.schedules.payload is 'What its events say, besides schedule and due_at.';
comment on column pipeline.schedules.priority is 'Of its events; 1 runs first, 10 last.';
comment on column pipeline.schedules.missed is 'When no daemon ran: skip: nothing is made up for; once: one event for all that was missed; all: an event for each, the last 1,000 at most.';
comment on column pipeline.schedules.enabled is 'False: nothing is emitted, and what passes meanwhile does not count as missed.';
comment on column pipeline.schedules.next_at is 'When it is due next; NULL: not found out yet, never again, or not enabled. Set it to have it due at another time, once.';
comment on column pipeline.schedules.last_at is 'When it was due last; NULL: never.';
comment on column pipeline.schedules.problem is 'Why it is never due, and what to write; NULL: nothing is wrong.';
comment on column pipeline.schedules.description is 'For people.';
comment on column pipeline.schedules.created_at is 'When it was made.';

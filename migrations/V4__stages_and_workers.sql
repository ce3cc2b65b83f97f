-- Who does the work: the stages as rows that an operator edits, and the daemons that are alive.

create table pipeline.stages (
    id smallint generated always as identity primary key,
    name text not null,
    event_type text not null,
    kind text not null,
    target text not null,
    batch_size integer not null default 500,
    concurrency integer not null default 1,
    max_attempts smallint not null default 5,
    backoff interval not null default '5 seconds',
    backoff_max interval not null default '1 hour',
    timeout interval not null default '60 seconds',
    paused boolean not null default false,
    paused_at timestamptz,
    paused_reason text,
    description text not null default '',
    constraint stages_name_key unique (name),
    constraint stages_event_type_key unique (event_type),
    constraint stage_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint kind_must_be_builtin_or_sql check (kind in ('builtin', 'sql')),
    constraint batch_size_must_be_1_to_5000 check (batch_size between 1 and 5000),
    constraint concurrency_must_be_1_to_64 check (concurrency between 1 and 64),
    constraint max_attempts_must_be_1_to_100 check (max_attempts between 1 and 100),
    constraint backoff_must_be_positive_and_within_its_maximum
        check (backoff > interval '0' and backoff <= backoff_max),
    constraint timeout_must_be_1_second_to_1_hour
        check (timeout between interval '1 second' and interval '1 hour')
);

comment on table pipeline.stages is 'One row per stage: which event type it handles, how, within which bounds. An UPDATE takes effect within a second.';
comment on column pipeline.stages.id is 'Used by the queues.';
comment on column pipeline.stages.name is 'For people, logs and the command line.';
comment on column pipeline.stages.event_type is 'The type of the events it handles; one stage for each type.';
comment on column pipeline.stages.description is 'What it does, for people.';
comment on column pipeline.stages.kind is 'builtin: a stage of the daemon, named by target; sql: the function target(event_ids bigint[]) returns table (event_id bigint, error text).';
comment on column pipeline.stages.target is 'builtin: its registered name; sql: the function, schema-qualified.';
comment on column pipeline.stages.batch_size is 'Most events of one claim.';
comment on column pipeline.stages.concurrency is 'builtin outside stages: most calls at once in one daemon; others: batches at once.';
comment on column pipeline.stages.max_attempts is 'After so many failed attempts an event fails for good.';
comment on column pipeline.stages.backoff is 'Wait after the first failed attempt; doubles with each, with jitter.';
comment on column pipeline.stages.backoff_max is 'No wait is longer.';
comment on column pipeline.stages.timeout is 'Longest time of one batch in the database, or of one outside call.';
comment on column pipeline.stages.paused is 'True: nothing is claimed; events wait. Set it back to resume.';
comment on column pipeline.stages.paused_at is 'Since when it is paused; NULL: it is not.';
comment on column pipeline.stages.paused_reason is 'Why, and what to do before resuming; NULL: an operator paused it without saying.';

create table pipeline.workers (
    id integer generated always as identity primary key,
    name text not null,
    version text not null,
    started_at timestamptz not null default clock_timestamp(),
    heartbeat_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

comment on table pipeline.workers is 'The daemons that are alive. Each holds the advisory lock (pipeline.worker_lock_class(), id) on its LISTEN session.';
comment on column pipeline.workers.id is 'Second half of the daemon''s advisory lock.';
comment on column pipeline.workers.name is 'Host and process.';
comment on column pipeline.workers.version is 'Version of pgcascade.';
comment on column pipeline.workers.started_at is 'When it registered.';
comment on column pipeline.workers.heartbeat_at is 'Last sign of life, about one a second.';

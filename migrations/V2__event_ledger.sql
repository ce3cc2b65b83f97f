-- The ledger: every event that ever happened, one plain row each, and the log of what went wrong.
--
-- Range-partitioned on its plain sequence id, so that old events leave by dropping a partition. No index contains a column that
-- changes: an update of status is then HOT (heap-only), and fillfactor 45 leaves room for it on the same page (a finished
-- row is 16 bytes longer than a pending one, so half a page is not quite enough). What waits, runs
-- or is due stands in the narrow tables of the next migration, so no claim ever searches here.

create sequence marketing.pipeline_events_id_seq as bigint;

create table marketing.pipeline_events (
    id bigint not null default nextval('marketing.pipeline_events_id_seq'),
    event_type text not null,
    payload jsonb not null default '{}'::jsonb,
    status text not null default 'pending',
    priority smallint not null default 10,
    run_at timestamptz not null default now(),
    attempts smallint not null default 0,
    crashes smallint not null default 0,
    retry_count smallint not null generated always as (
        greatest(attempts - case when status in ('processing', 'processed') then 1 else 0 end, 0)
    ) stored,
    created_at timestamptz not null default now(),
    claimed_at timestamptz,
    processed_at timestamptz,
    error_message text,
    parent_id bigint,
    root_id bigint,
    constraint pipeline_events_pkey primary key (id),
    constraint event_type_must_be_1_to_100_characters
        check (length(event_type) between 1 and 100 and event_type = btrim(event_type)),
    constraint payload_must_be_a_json_object check (jsonb_typeof(payload) = 'object'),
    constraint status_must_be_known
        check (status in ('pending', 'processing', 'processed', 'failed', 'cancelled')),
    constraint priority_must_be_1_to_10 check (priority between 1 and 10),
    constraint attempts_must_not_be_negative check (attempts >= 0 and crashes >= 0),
    constraint finished_events_have_a_time
        check ((status in ('processed', 'failed', 'cancelled')) = (processed_at is not null)),
    constraint failed_events_say_why check (status <> 'failed' or error_message is not null)
) partition by range (id);

alter sequence marketing.pipeline_events_id_seq owned by marketing.pipeline_events.id;

-- Views over the last hours read by time; ids and times grow together, so a block-range index stays tiny and costs inserts nothing.
create index pipeline_events_created_at_for_views
    on marketing.pipeline_events
    using brin (created_at) with (pages_per_range = 16, autosummarize = on);

-- The life of one record across stages is read by its root.
create index pipeline_events_root_for_traces
    on marketing.pipeline_events (root_id)
    where root_id is not null;

-- The backstop: an insert never fails because nobody made the next partition in time.
create table marketing.pipeline_events_overflow
    partition of marketing.pipeline_events default
    with (fillfactor = 45);

comment on table marketing.pipeline_events is
    'Every event, for ever until retention: what happened, when, what became of it. INSERT a row to emit; UPDATE status to pending to run again, to cancelled to cancel.';
comment on column marketing.pipeline_events.id is 'Grows in the order in which events were emitted.';
comment on column marketing.pipeline_events.created_at is 'When the emitting transaction began.';
comment on column marketing.pipeline_events.event_type is 'What happened, for example company_created. The stage whose event_type is equal handles it.';
comment on column marketing.pipeline_events.payload is 'What the stage needs, always a JSON object.';
comment on column marketing.pipeline_events.status is 'pending: waits or is due later; processing: an outside call runs; processed, failed, cancelled: finished.';
comment on column marketing.pipeline_events.priority is '1 runs first, 10 last.';
comment on column marketing.pipeline_events.run_at is 'Not before this time; moves into the future when a failed attempt is to be repeated.';
comment on column marketing.pipeline_events.attempts is 'How many attempts were begun; one that the provider only put off does not count.';
comment on column marketing.pipeline_events.crashes is 'How often a daemon died while it held the event: from the first time on it runs alone, the third time it fails.';
comment on column marketing.pipeline_events.retry_count is 'How many attempts failed (computed from attempts and status).';
comment on column marketing.pipeline_events.claimed_at is 'When the last attempt began; NULL: none yet.';
comment on column marketing.pipeline_events.processed_at is 'When it finished; NULL: not finished.';
comment on column marketing.pipeline_events.error_message is 'Why the last attempt failed or why it was cancelled; NULL: no attempt failed.';
comment on column marketing.pipeline_events.parent_id is 'The event whose stage wrote the row that caused this one; NULL: a person or another program did.';
comment on column marketing.pipeline_events.root_id is 'The event that began the cascade; NULL: this one did.';

create table marketing.pipeline_errors (
    id bigint generated always as identity primary key,
    event_id bigint,
    event_type text not null,
    record_id text not null,
    error_message text not null,
    error_details jsonb,
    severity text not null default 'error',
    resolved boolean not null default false,
    resolved_at timestamptz,
    resolved_by text,
    resolution_notes text,
    created_at timestamptz not null default now(),
    constraint severity_must_be_known check (severity in ('warning', 'error', 'critical')),
    constraint resolved_errors_have_a_time check (resolved = (resolved_at is not null))
);

create index pipeline_errors_event_type_idx on marketing.pipeline_errors (event_type);
create index pipeline_errors_record_id_idx on marketing.pipeline_errors (record_id);
create index pipeline_errors_event_id_idx on marketing.pipeline_errors (event_id) where event_id is not null;
create index pipeline_errors_open_for_views on marketing.pipeline_errors (created_at) where not resolved;
create index pipeline_errors_created_for_views on marketing.pipeline_errors (created_at);

comment on table marketing.pipeline_errors is
    'What went wrong and what became of it: one row per failed event or reported problem. Resolve with marketing.resolve_pipeline_error.';
comment on column marketing.pipeline_errors.id is 'For marketing.resolve_pipeline_error.';
comment on column marketing.pipeline_errors.event_type is 'Type of the event, or of the events of a paused stage.';
comment on column marketing.pipeline_errors.severity is 'warning, error, or critical (a whole stage stands still).';
comment on column marketing.pipeline_errors.resolved is 'True: settled.';
comment on column marketing.pipeline_errors.resolution_notes is 'How it was settled; NULL: nobody said.';
comment on column marketing.pipeline_errors.created_at is 'When it was logged.';
comment on column marketing.pipeline_errors.event_id is 'The event that failed; NULL: not about one event.';
comment on column marketing.pipeline_errors.record_id is 'The record it is about: the payload''s record_id, slot_id, run_id …, or the event''s id.';
comment on column marketing.pipeline_errors.error_message is 'What happened, why, and what to do.';
comment on column marketing.pipeline_errors.error_details is 'Stage, attempts and the like; NULL: nothing more is known.';
comment on column marketing.pipeline_errors.resolved_at is 'When it was settled; NULL: still open.';
comment on column marketing.pipeline_errors.resolved_by is 'Who settled it; ''requeue'' when the event was set to pending again.';

comment on sequence marketing.pipeline_events_id_seq is 'Numbers events.';

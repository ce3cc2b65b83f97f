-- Limits: how many events of a stage may begin in a period, and how many may run at once, over all daemons.

create table pipeline.limits (
    name text primary key,
    rate integer,
    period interval not null default interval '1 minute',
    burst integer,
    concurrency integer,
    key text,
    description text not null default '',
    constraint limit_name_must_be_snake_case check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint a_limit_limits_something check (rate is not null or concurrency is not null),
    constraint rate_must_be_positive check (rate > 0),
    constraint period_must_be_1_millisecond_to_1_day check (period between interval '1 millisecond' and interval '1 day'),
    constraint burst_must_be_positive check (burst > 0),
    constraint limit_concurrency_must_be_positive check (concurrency > 0),
    constraint limit_key_must_be_a_field_name check (length(key) between 1 and 100)
);

comment on table pipeline.limits is
    'Rates and concurrencies that hold over all daemons. A stage names one in its column limiter; several stages may share one.';
comment on column pipeline.limits.name is 'What pipeline.stages.limiter names.';
comment on column pipeline.limits.rate is 'So many events may begin in a period; NULL: any number.';
comment on column pipeline.limits.period is 'The period of rate.';
comment on column pipeline.limits.burst is 'So many may begin at once after a rest; NULL: as many as rate. 1 spaces them evenly.';
comment on column pipeline.limits.concurrency is 'So many calls may run at once; NULL: as many as the stages allow. A stage in the database runs one batch at a time.';
comment on column pipeline.limits.key is 'A field of the payload: the limit holds for each of its values; NULL: for all events together.';
comment on column pipeline.limits.description is 'For people.';

alter table pipeline.stages
    add column limiter text references pipeline.limits (name) on update cascade on delete restrict,
    alter column batch_size set default 1000;

comment on column pipeline.stages.limiter is 'The row of pipeline.limits that it obeys; NULL: none.';

create table pipeline.limit_usage (
    limit_name text not null references pipeline.limits (name) on update cascade on delete cascade,
    key text not null,
    tokens double precision not null,
    filled_at timestamptz not null,
    constraint limit_usage_pkey primary key (limit_name, key)
) with (fillfactor = 50);

comment on table pipeline.limit_usage is 'A token bucket for each limit and key; its row is locked once for a batch.';
comment on column pipeline.limit_usage.limit_name is 'The limit.';
comment on column pipeline.limit_usage.key is 'Value of the limit''s key; empty where it has none.';
comment on column pipeline.limit_usage.tokens is 'What was left at filled_at; each event that begins takes one.';
comment on column pipeline.limit_usage.filled_at is 'When tokens was counted.';

alter table pipeline.inflight
    add column limit_name text,
    add column limit_key text;

create index inflight_limit_for_claims on pipeline.inflight (limit_name, limit_key) where limit_name is not null;

comment on column pipeline.inflight.limit_name is 'The limit that counts it; NULL: none.';
comment on column pipeline.inflight.limit_key is 'Value of the limit''s key; empty where it has none.';

create table pipeline.parked (
    event_id bigint primary key,
    limit_name text not null,
    key text not null,
    stage_id smallint not null,
    priority smallint not null,
    alone boolean not null,
    until timestamptz
);

create index parked_key_for_releases on pipeline.parked (limit_name, key, priority, event_id);
create index parked_until_for_the_schedule on pipeline.parked (until) where until is not null;

comment on table pipeline.parked is 'Events whose key has used up its limit: aside, so that those of other keys are found at once.';
comment on column pipeline.parked.event_id is 'The event in the ledger.';
comment on column pipeline.parked.limit_name is 'The limit that holds it back.';
comment on column pipeline.parked.key is 'Its value of the limit''s key.';
comment on column pipeline.parked.stage_id is 'The stage that will claim it.';
comment on column pipeline.parked.priority is 'As in the ledger.';
comment on column pipeline.parked.alone is 'As in pipeline.ready.';
comment on column pipeline.parked.until is 'When the rate allows it; NULL: when a call with its key has ended.';

create table pipeline.limit_wakes (
    stage_id smallint primary key,
    wake_at timestamptz not null
);

comment on table pipeline.limit_wakes is 'When the rate of a limit without a key lets a stage go on.';
comment on column pipeline.limit_wakes.stage_id is 'The stage.';
comment on column pipeline.limit_wakes.wake_at is 'When to look again.';

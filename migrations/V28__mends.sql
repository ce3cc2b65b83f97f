-- What retention has found out, events that wait for whoever holds their row, calls that go on without their event, and how schedules keep to
-- the clocks.

alter table pipeline.retention
    add column oldest_id bigint,
    add column oldest_finished_at timestamptz;

comment on column pipeline.retention.oldest_id is 'First id of the partition that was read last for when its events ended; NULL: none was.';
comment on column pipeline.retention.oldest_finished_at is 'When the last event of that partition ended, as it was then: so it is not read again before it may go.';

alter table pipeline.parked
    alter column limit_name drop not null;

comment on table pipeline.parked is
    'Events that wait aside, so that others are found at once: their key has used up its limit, or somebody held their row.';
comment on column pipeline.parked.limit_name is 'The limit that holds it back; NULL: a transaction that held its row in the ledger.';
comment on column pipeline.parked.key is 'Its value of the limit''s key; empty where there is none.';

create table pipeline.let_go (
    event_id bigint not null,
    epoch bigint not null,
    worker_id integer not null references pipeline.workers (id) on delete cascade,
    limit_name text not null,
    limit_key text not null,
    constraint let_go_pkey primary key (event_id, epoch)
);

create index let_go_limit_for_claims on pipeline.let_go (limit_name, limit_key);
create index let_go_worker_for_its_end on pipeline.let_go (worker_id);

comment on table pipeline.let_go is
    'Calls under a limit that go on although their event was cancelled, settled or queued again meanwhile: they count until they end.';
comment on column pipeline.let_go.event_id is 'The event in the ledger.';
comment on column pipeline.let_go.epoch is 'Of the claim that was given up.';
comment on column pipeline.let_go.worker_id is 'The daemon that makes the call, and says when it ends; with it the row goes.';
comment on column pipeline.let_go.limit_name is 'The limit that counts it.';
comment on column pipeline.let_go.limit_key is 'Value of the limit''s key; empty where it has none.';

comment on column pipeline.schedules.time_zone is
    'An IANA name. When clocks change, a single time of day (30 2 * * *) that is left out comes right after it, and one that is repeated comes once; steps, lists, ranges and * in minutes or hours go by the clock''s face.';

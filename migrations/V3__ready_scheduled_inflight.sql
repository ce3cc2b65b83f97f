-- The hot tables: what can run now, what is due later, what an outside call holds, and what nobody handles.
--
-- Narrow rows that are inserted and deleted, never updated; one subject each. The ledger is the truth about an event: a row
-- here that disagrees with it (its status is not pending any more) is dropped at the claim, never run.

create table pipeline.ready (
    stage_id smallint not null,
    priority smallint not null,
    event_id bigint not null,
    alone boolean not null default false,
    constraint ready_pkey primary key (stage_id, priority, event_id)
);

-- The first thing a claim looks for: events that must run alone because a daemon died holding them. Nearly always empty.
create index ready_alone_for_claims on pipeline.ready (stage_id, event_id) where alone;

-- These rows live for milliseconds: vacuum them as soon as a few thousand are dead.
alter table pipeline.ready set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);

comment on table pipeline.ready is 'Events that can run now, one row each, in the order in which a stage claims them.';
comment on column pipeline.ready.stage_id is 'The stage that will claim it.';
comment on column pipeline.ready.priority is 'As in the ledger.';
comment on column pipeline.ready.event_id is 'The event in the ledger.';
comment on column pipeline.ready.alone is 'A daemon died holding this event: it is claimed in a batch of its own.';

create table pipeline.scheduled (
    run_at timestamptz not null,
    event_id bigint not null,
    constraint scheduled_pkey primary key (run_at, event_id)
);

comment on table pipeline.scheduled is 'Events that are due later: emitted for a time ahead, or waiting for their next attempt.';
comment on column pipeline.scheduled.run_at is 'When it is due; as in the ledger.';
comment on column pipeline.scheduled.event_id is 'The event in the ledger.';

create table pipeline.inflight (
    event_id bigint not null,
    epoch bigint not null,
    stage_id smallint not null,
    worker_id integer not null,
    claimed_at timestamptz not null default clock_timestamp(),
    constraint inflight_pkey primary key (event_id)
);

-- When a worker dies, what it held is found by its id.
create index inflight_worker_for_reclaims on pipeline.inflight (worker_id);

create sequence pipeline.epochs as bigint;

comment on table pipeline.inflight is 'Claims of outside work. A completion must name the epoch of its claim; a stale one is refused.';
comment on column pipeline.inflight.event_id is 'The event in the ledger.';
comment on column pipeline.inflight.stage_id is 'The stage that claimed it.';
comment on column pipeline.inflight.worker_id is 'The daemon that holds it.';
comment on column pipeline.inflight.claimed_at is 'When it was claimed.';
comment on column pipeline.inflight.epoch is 'Number of the claim, from pipeline.epochs: grows with every claim, never returns.';
comment on sequence pipeline.epochs is 'Numbers claims of outside work.';

create table pipeline.unrouted (
    event_id bigint not null,
    event_type text not null,
    constraint unrouted_pkey primary key (event_id)
);

create index unrouted_event_type_for_new_stages on pipeline.unrouted (event_type);

comment on table pipeline.unrouted is 'Pending events that no stage handles. A new stage with their event_type takes them over.';
comment on column pipeline.unrouted.event_id is 'The event in the ledger.';
comment on column pipeline.unrouted.event_type is 'The type that no stage handles.';

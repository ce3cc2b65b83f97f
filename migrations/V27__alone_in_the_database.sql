-- Events that may have ended the daemon, or its session, while they were worked on in the database.
--
-- Such work leaves no trace when it is cut off. After a death, what was under way is recognised by its rows, which a transaction that
-- rolled back had taken; those events run alone, each after a note that it is held. A daemon says which stages it runs in this way,
-- because events of others stand in pipeline.inflight anyway.

alter table pipeline.workers add column in_database smallint[] not null default '{}';
alter table pipeline.inflight add column alone boolean not null default false;

comment on column pipeline.workers.in_database is 'The stages whose events it works on inside a transaction, without a claim that outlives it.';
comment on column pipeline.inflight.alone is 'True: held by a stage in the database, because a death interrupted work on it before.';

create table pipeline.deaths (
    id bigint generated always as identity primary key,
    died_at timestamptz not null default clock_timestamp(),
    worker_id integer not null,
    held_alone bigint[] not null
);

comment on table pipeline.deaths is
    'Daemons that died in the last hour while they held events that ran alone, by which it is judged whether one of those is to blame.';
comment on column pipeline.deaths.id is 'Grows.';
comment on column pipeline.deaths.died_at is 'When it was found out.';
comment on column pipeline.deaths.worker_id is 'The daemon; it may live, and only its session have died with the server.';
comment on column pipeline.deaths.held_alone is 'The events.';

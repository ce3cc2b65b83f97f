-- Waking without the lock of NOTIFY: while a daemon says that it looks by itself, writers leave their announcements with it.

-- NOTIFY takes a lock of the whole instance at commit, so that writers who all notify commit one after the other. Under load a daemon
-- takes this lease for a second at a time; until then writers put what they would have announced into pipeline.unannounced, and the
-- daemon announces it a hundred times a second. A lease that nobody renews ends by itself.
create table pipeline.quiet (
    is_the_only_row boolean primary key default true,
    worker_id integer,
    until timestamptz not null default '-infinity',
    constraint quiet_must_be_one_row check (is_the_only_row)
);

-- Renewed several times a second: room for the versions of a minute on one page.
alter table pipeline.quiet set (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

insert into pipeline.quiet default values;

comment on table pipeline.quiet is 'One row: until when writers leave announcements in pipeline.unannounced instead of notifying.';
comment on column pipeline.quiet.is_the_only_row is 'True.';
comment on column pipeline.quiet.worker_id is 'The daemon that announces for them; NULL: none does.';
comment on column pipeline.quiet.until is 'When the lease ends; -infinity: it was given back.';


create table pipeline.unannounced (
    id bigint generated always as identity,
    event_type text not null,
    first_id bigint,
    last_id bigint,
    events bigint not null,
    constraint unannounced_pkey primary key (id),
    constraint unannounced_events_must_have_ids check ((events = 0) = (first_id is null) and (events = 0) = (last_id is null)),
    constraint unannounced_events_must_not_be_negative check (events >= 0)
);

-- These rows live for milliseconds: vacuum them as soon as a few thousand are dead.
alter table pipeline.unannounced set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);

comment on table pipeline.unannounced is 'What writers left to be announced while a daemon announces for them.';
comment on column pipeline.unannounced.id is 'In the order of writing, not of committing. Its sequence must not cache: what is settled is reckoned from it.';
comment on column pipeline.unannounced.event_type is 'Type of the events; of a mere wake-up: what is to be woken, as on the channel pipeline_wake.';
comment on column pipeline.unannounced.first_id is 'Lowest id among the events; NULL: a mere wake-up.';
comment on column pipeline.unannounced.last_id is 'Highest id among the events; NULL: a mere wake-up.';
comment on column pipeline.unannounced.events is 'How many events of this type the statement wrote; 0: a mere wake-up.';

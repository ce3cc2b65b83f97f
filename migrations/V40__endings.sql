-- What ended is counted as it ends, so that no view counts the ledger; and the hot tables are vacuumed in time.

-- First, for it takes the strongest lock. An index that asks for its summaries has the server write a line for each range that it
-- cannot note down, thousands during a bulk insert. Vacuum makes the summaries, too.
lock table marketing.pipeline_events in access exclusive mode;

do $$
declare
    v_index regclass;
begin
    for v_index in
        select index.oid
        from pg_catalog.pg_inherits as part
        join pg_catalog.pg_class as index on index.oid = part.inhrelid
        where part.inhparent = 'marketing.pipeline_events_created_at_for_views'::regclass
        and index.relkind = 'i'
    loop
        execute format('alter index %s set (autosummarize = off)', v_index);
    end loop;
end
$$;

create table pipeline.endings (
    ended_at timestamptz not null default now(),
    event_type text not null,
    processed integer not null default 0,
    failed integer not null default 0,
    cancelled integer not null default 0
);

-- These rows live for seconds: vacuum them as soon as a few thousand are dead.
alter table pipeline.endings set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);

comment on table pipeline.endings is 'How many events ended, a row for each batch, until maintenance adds them to pipeline.throughput.';
comment on column pipeline.endings.ended_at is 'When the transaction began in which they ended.';
comment on column pipeline.endings.event_type is 'Their type.';
comment on column pipeline.endings.processed is 'How many were processed; less than none: so many of those that the same transaction had counted before were not.';
comment on column pipeline.endings.failed is 'How many failed for good.';
comment on column pipeline.endings.cancelled is 'How many were cancelled.';

create table pipeline.throughput (
    minute timestamptz not null,
    event_type text not null,
    processed bigint not null,
    failed bigint not null,
    cancelled bigint not null,
    constraint throughput_pkey primary key (minute, event_type)
);

comment on table pipeline.throughput is 'How many events ended in each minute of the last day; marketing.vw_throughput adds the latest.';
comment on column pipeline.throughput.minute is 'The minute.';
comment on column pipeline.throughput.event_type is 'Their type.';
comment on column pipeline.throughput.processed is 'How many were processed.';
comment on column pipeline.throughput.failed is 'How many failed for good.';
comment on column pipeline.throughput.cancelled is 'How many were cancelled.';

-- By default a table is vacuumed when a fifth of its rows are dead: with a million waiting, looks for what is first read 200,000 dead ones.
alter table pipeline.scheduled set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);
alter table pipeline.parked set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);
alter table pipeline.waiting_keys set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);
alter table pipeline.inflight set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0
);

-- The first of each type, and no more than are shown, without reading all of them.
create index unrouted_heads_for_views on pipeline.unrouted (event_type, event_id);
drop index pipeline.unrouted_event_type_for_new_stages;

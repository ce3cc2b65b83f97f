-- How much waits, without counting it at every look.
--
-- A look counts at most ten thousand rows of each hot table. Where there are more, it shows what a daemon counted last, some seconds ago.

create table pipeline.depths (
    stage_id smallint not null,
    waiting bigint not null,
    held_back bigint not null,
    scheduled bigint not null,
    next_due_at timestamptz,
    constraint depths_pkey primary key (stage_id)
);

comment on table pipeline.depths is 'What waits for each stage, as it was counted last; only while more than ten thousand wait.';
comment on column pipeline.depths.stage_id is 'The stage; 0: events that no stage handles yet.';
comment on column pipeline.depths.waiting is 'Events that can run now.';
comment on column pipeline.depths.held_back is 'Events that a limit holds back.';
comment on column pipeline.depths.scheduled is 'Events that are due later.';
comment on column pipeline.depths.next_due_at is 'When the first of those is due; NULL: there is none.';


create table pipeline.depth_counts (
    is_the_only_row boolean primary key default true,
    counted_at timestamptz not null default '-infinity',
    took interval not null default '0',
    constraint depth_counts_must_be_one_row check (is_the_only_row)
);

insert into pipeline.depth_counts default values;

comment on table pipeline.depth_counts is 'One row: when pipeline.depths was counted last, and how long that took.';
comment on column pipeline.depth_counts.is_the_only_row is 'True.';
comment on column pipeline.depth_counts.counted_at is 'When; -infinity: never.';
comment on column pipeline.depth_counts.took is 'How long it took: counting takes at most a fiftieth of the time.';

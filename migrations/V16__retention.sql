-- How long finished events are kept. Whole partitions go, so that nothing is deleted row by row and no dead row is left.

create table pipeline.retention (
    is_the_only_row boolean primary key default true,
    keep interval,
    constraint retention_must_be_one_row check (is_the_only_row),
    constraint keep_must_be_at_least_a_day check (keep >= interval '1 day')
);

insert into pipeline.retention default values;

comment on table pipeline.retention is 'One row: how long the ledger is kept: UPDATE pipeline.retention SET keep = ''90 days'';';
comment on column pipeline.retention.is_the_only_row is 'True.';
comment on column pipeline.retention.keep is 'Partitions of the ledger (a million events each) whose last event is older go, unless an event of theirs is unfinished; NULL: for ever.';

-- Which triggers a deploy made, and from what, so that the next one leaves alone what is still the same: replacing a trigger locks its
-- table's writers out until the deploy commits.

create table pipeline.installed_triggers (
    table_name text not null,
    name text not null,
    statement text not null,
    definition text not null,
    constraint installed_triggers_pkey primary key (table_name, name)
);

comment on table pipeline.installed_triggers is 'The triggers that deploys made; what is the same as then is not made again.';
comment on column pipeline.installed_triggers.table_name is 'The trigger''s table, with its schema.';
comment on column pipeline.installed_triggers.name is 'The trigger.';
comment on column pipeline.installed_triggers.statement is 'What it was made by.';
comment on column pipeline.installed_triggers.definition is 'How the catalogue described it then: another description means that somebody changed it.';

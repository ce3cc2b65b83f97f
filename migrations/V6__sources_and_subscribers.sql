-- Any table as a source, several stages for one event type, and keys that make an event happen once.

-- Several stages may handle one event type. The one with the lowest id handles the event itself, each other one a copy that is addressed to it.
alter table pipeline.stages drop constraint stages_event_type_key;

create index stages_event_type_for_routes on pipeline.stages (event_type, id);

comment on column pipeline.stages.event_type is 'The type of the events it handles. Several stages of one type each get every event.';

-- Here and not among the objects: replacing it at every deploy would wait for every writer, and every writer for it.
create view pipeline.routes as
select
    stage.event_type,
    min(stage.id) as leader_id,
    (array_agg(stage.id order by stage.id))[2:] as other_ids
from pipeline.stages as stage
group by stage.event_type;

comment on view pipeline.routes is
    'The stages of each event type: the leader handles the event itself, each of the others a copy of it.';

alter table marketing.pipeline_events add column stage_id smallint;

comment on column marketing.pipeline_events.stage_id is
    'The one stage that handles it, where several handle its type; NULL: the first stage of its type does.';

alter table pipeline.scheduled add column stage_id smallint;

comment on column pipeline.scheduled.stage_id is 'The stage that will handle it, as known when it was scheduled; NULL: none yet.';

update pipeline.scheduled
set stage_id = stage.id
from marketing.pipeline_events as event
join pipeline.stages as stage on stage.event_type = event.event_type
where event.id = scheduled.event_id;

create table pipeline.publications (
    id integer generated always as identity primary key,
    source regclass not null,
    trigger_name text not null,
    event_type text not null,
    operations text[] not null,
    columns text[],
    condition text,
    payload text not null,
    key_columns text[],
    priority smallint not null default 10,
    delay interval not null default interval '0',
    cause text,
    created_at timestamptz not null default now(),
    constraint publications_source_trigger_name_key unique (source, trigger_name),
    constraint trigger_name_must_be_trigger_something_event check (trigger_name ~ '^trigger_[a-z0-9_]+_event$'),
    constraint operations_must_be_insert_update_delete
        check (cardinality(operations) > 0 and operations <@ array['insert', 'update', 'delete']),
    constraint publication_priority_must_be_1_to_10 check (priority between 1 and 10),
    constraint delay_must_not_be_negative check (delay >= interval '0')
);

comment on table pipeline.publications is
    'Tables whose changes are events, written by pipeline.publish and pipeline.unpublish. Expressions see the changed row as row.';
comment on column pipeline.publications.id is 'Ends the name of its trigger function, pipeline.publication_<id>.';
comment on column pipeline.publications.source is 'The table.';
comment on column pipeline.publications.trigger_name is 'Its trigger for the first operation; those for further ones end in _<operation>_event.';
comment on column pipeline.publications.event_type is 'The type of its events.';
comment on column pipeline.publications.operations is 'Which of insert, update, delete emit.';
comment on column pipeline.publications.columns is 'An update emits only when one of these changed; NULL: when anything did.';
comment on column pipeline.publications.condition is 'SQL, boolean: an insert, a delete, or a change of columns emits when it holds, any other update when it holds now and did not before; NULL: always.';
comment on column pipeline.publications.payload is 'SQL, jsonb: what the event says about the row.';
comment on column pipeline.publications.key_columns is 'What tells one row from another, to pair its old and new version; NULL where no update emits.';
comment on column pipeline.publications.priority is 'Of its events; 1 runs first, 10 last.';
comment on column pipeline.publications.delay is 'How long after the change its events are due.';
comment on column pipeline.publications.cause is 'SQL, bigint: the event that caused the change; NULL: none is known.';
comment on column pipeline.publications.created_at is 'When it was published, or last changed.';

create table pipeline.dedupe (
    event_type text not null,
    key text not null,
    event_id bigint not null,
    expires_at timestamptz not null,
    constraint dedupe_pkey primary key (event_type, key),
    constraint key_must_be_1_to_500_characters check (length(key) between 1 and 500)
);

create index dedupe_expires_at_for_cleaning on pipeline.dedupe (expires_at);

comment on table pipeline.dedupe is 'Keys that were given to pipeline.emit: until one expires, its event is not emitted again.';
comment on column pipeline.dedupe.event_type is 'A key counts within one type.';
comment on column pipeline.dedupe.key is 'What the caller gave.';
comment on column pipeline.dedupe.event_id is 'The event that has it. When that is cancelled or has failed, the key is free.';
comment on column pipeline.dedupe.expires_at is 'From then on the key is free.';

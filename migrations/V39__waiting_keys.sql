-- What a limit with a key holds back waits in the order of its key, with one alarm for each key instead of a time for each event.

create table pipeline.waiting_keys (
    limit_name text not null,
    key text not null,
    stage_id smallint not null,
    wake_at timestamptz,
    constraint waiting_keys_pkey primary key (limit_name, key, stage_id)
);

create index waiting_keys_wake_for_claims on pipeline.waiting_keys (stage_id, wake_at) where wake_at is not null;
create index waiting_keys_wake_for_the_schedule on pipeline.waiting_keys (wake_at) where wake_at is not null;

comment on table pipeline.waiting_keys is 'Keys of limits for which events of a stage are parked.';
comment on column pipeline.waiting_keys.limit_name is 'The limit.';
comment on column pipeline.waiting_keys.key is 'Value of the limit''s key.';
comment on column pipeline.waiting_keys.stage_id is 'The stage whose events are parked.';
comment on column pipeline.waiting_keys.wake_at is 'When the next of them may begin; NULL: when a call with their key has ended.';

-- First of all that touches it: from here on no claim parks anything that would be missed.
alter table pipeline.parked
    add column deadline timestamptz;

insert into pipeline.waiting_keys (limit_name, key, stage_id, wake_at)
select parked.limit_name, parked.key, parked.stage_id, min(parked.until)
from pipeline.parked
where parked.limit_name is not null
group by parked.limit_name, parked.key, parked.stage_id;

update pipeline.parked
set deadline = event.deadline
from marketing.pipeline_events as event
where event.id = parked.event_id
and event.deadline is not null;

update pipeline.parked
set until = null
where limit_name is not null;

drop index pipeline.parked_key_for_releases;
create index parked_key_for_claims on pipeline.parked (limit_name, key, stage_id, priority, deadline, event_id);

-- A claim of an older program under a limit fails until the functions are the new ones, and loses nothing.
alter table pipeline.parked
    add constraint parked_key_must_be_known foreign key (limit_name, key, stage_id) references pipeline.waiting_keys (limit_name, key, stage_id),
    add constraint parked_waits_for_its_key_or_for_a_time check ((limit_name is null) = (until is not null));

comment on column pipeline.parked.deadline is 'As in the ledger.';
comment on column pipeline.parked.until is 'When it is queued again, where somebody held its row; NULL: it waits for its key (pipeline.waiting_keys).';

drop function if exists pipeline.unpark_released();

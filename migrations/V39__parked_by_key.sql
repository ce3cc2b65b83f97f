-- What a limit with a key holds back waits in the order of its key, with one alarm for each key instead of a time for each event.

alter table pipeline.limit_usage
    add column wake_at timestamptz;

create index limit_usage_wake_for_claims on pipeline.limit_usage (wake_at, limit_name) where wake_at is not null;

comment on column pipeline.limit_usage.wake_at is
    'When events that wait for this bucket may go on; NULL: none waits, or those that do wait for the end of a call.';

alter table pipeline.parked
    add column deadline timestamptz;

drop index pipeline.parked_key_for_releases;
create index parked_key_for_claims on pipeline.parked (limit_name, key, stage_id, priority, deadline, event_id);

comment on column pipeline.parked.deadline is 'As in the ledger.';
comment on column pipeline.parked.until is
    'When it is queued again, where somebody held its row; NULL: it waits for its key, whose bucket says when (pipeline.limit_usage.wake_at).';

drop function if exists pipeline.unpark_released();

update pipeline.parked
set deadline = event.deadline
from marketing.pipeline_events as event
where event.id = parked.event_id
and event.deadline is not null;

-- Claims that do not slow down: while a long transaction keeps dead rows from being removed, a claim must not read them again.
--
-- New events come with ever higher ids, so a daemon that remembers up to where it has seen everything reads on from there. What is queued
-- again (a retry, a schedule that is due, an event that a limit held back) has an old id; it is marked, and found by an index of its own.

alter table pipeline.ready add column requeued boolean not null default false;

create index ready_requeued_for_claims on pipeline.ready (stage_id, priority, event_id) where requeued;

comment on column pipeline.ready.requeued is 'It was queued some time after it was written, so that its id says nothing about when it came.';

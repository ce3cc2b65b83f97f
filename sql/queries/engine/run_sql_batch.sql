-- engine/run_sql_batch: claims a batch for a stage of kind sql and runs its function over it.
--
-- No event leaves the server: the daemon hears how many were claimed, and which of them must be tried again. An error of the function
-- fails the statement as a whole; the daemon then takes the batch apart.
--
-- The stage's function takes the place of stage_function before this is prepared, so that a session reads and plans the call once and not
-- for every batch. What the function sees it sees by snapshots of its own, after the claim: so it must be volatile.
--
-- $1 smallint: stage; $2 bigint[]: for each priority the id up to which nothing new can come; $3 integer: worker.
-- Returns: claimed integer: how many events were claimed, 0: none waits, or the stage is paused; failed_ids bigint[], errors text[]: what the
--          function returned, NULL: nothing, else event_ids bigint[], attempts smallint[]: of the whole batch, the attempts being those that were
--          begun; due_since timestamptz[], claimed_at: how long each has waited; reached_ids, oldest_xid, next_xid, claim_seconds; held_id,
--          epoch: of an event that must run alone, which has been noted and not begun.
-- Writes: pipeline.ready, marketing.pipeline_events (through the function); whatever the stage's function writes
-- Locks:  see pipeline.begin_batch
select
    coalesce(cardinality(batch.event_ids), 0) as claimed,
    case when failed.ids is not null then batch.event_ids end as event_ids,
    case when failed.ids is not null then batch.attempts end as attempts,
    failed.ids as failed_ids,
    failed.errors,
    batch.reached_ids,
    batch.oldest_xid,
    batch.next_xid,
    batch.due_since,
    batch.claimed_at,
    batch.claim_seconds,
    case when batch.epoch is not null then batch.event_ids[1] end as held_id,
    batch.epoch
from pipeline.begin_batch($1, $2, $3, false) as batch
cross join lateral (
    select array_agg(returned.event_id::bigint) as ids, array_agg(returned.error::text) as errors
    from stage_function(pipeline.plan_afresh(batch.event_ids)) as returned
    where returned.event_id is not null
    and returned.error is not null
    -- Else it is not called.
    and batch.event_ids is not null
    and batch.epoch is null
) as failed

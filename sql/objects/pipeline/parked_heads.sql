-- pipeline.parked_heads(stage_id): the parked events of a stage that a claim could have taken lately: the first of each key.
--
-- Those whose key was due first come first, and no more than 20,000.
--
-- Arguments: stage_id.
-- Returns: event_id; deleted_by: the last transaction that took it, or looked at it; 0: none.
-- Reads:  pipeline.stages, pipeline.waiting_keys, pipeline.parked
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.parked_heads(stage_id smallint)
returns table (event_id bigint, deleted_by xid)
language sql
volatile
set search_path = pg_catalog, pg_temp
begin atomic
    select head.event_id, head.deleted_by
    from pipeline.stages as stage
    cross join lateral (
        select waiting.limit_name, waiting.key
        from pipeline.waiting_keys as waiting
        where waiting.stage_id = stage.id
        order by waiting.wake_at
        -- So no more keys are looked at than have that many.
        offset 0
    ) as waited_for
    cross join lateral (
        select parked.event_id, parked.xmax as deleted_by
        from pipeline.parked
        where parked.limit_name = waited_for.limit_name
        and parked.key = waited_for.key
        and parked.stage_id = stage.id
        and not parked.alone
        order by parked.priority, parked.deadline, parked.event_id
        limit stage.batch_size
    ) as head
    where stage.id = parked_heads.stage_id
    limit 20000;
end;

comment on function pipeline.parked_heads(smallint) is 'The parked events of a stage that a claim could have taken lately.';

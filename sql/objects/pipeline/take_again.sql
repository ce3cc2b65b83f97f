-- pipeline.take_again(stage_id, most, after_ids): takes the first events off a queue in which some wait that were queued again.
--
-- Those have an index of their own. One that a daemon died holding is a batch of its own, and comes first: whatever must run alone was
-- queued again.
--
-- Arguments, event_ids, priorities and is_alone: as of pipeline.take, which calls this.
-- Writes: pipeline.ready
-- Locks:  rows of pipeline.ready that nobody else holds

create or replace function pipeline.take_again(
    stage_id smallint,
    most integer,
    after_ids bigint[],
    out event_ids bigint[],
    out priorities smallint[],
    out is_alone boolean
)
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
begin
    select true, lone.event_ids, lone.priorities into is_alone, event_ids, priorities
    from pipeline.take_alone(take_again.stage_id, take_again.most) as lone
    where lone.event_ids is not null;

    if found then
        return;
    end if;

    is_alone := false;

    with
    again as materialized (
        select ready.ctid as place, ready.priority, ready.event_id
        from pipeline.ready
        where ready.stage_id = take_again.stage_id
        and ready.requeued
        and not ready.alone
        order by ready.priority, ready.event_id
        limit take_again.most
        for update skip locked
    ),
    -- Priority by priority, as far as there is room.
    fresh as materialized (
        select head.place, head.priority, head.event_id
        from generate_series(1, 10) as level (priority)
        cross join lateral (
            select ready.ctid as place, ready.priority, ready.event_id
            from pipeline.ready
            where ready.stage_id = take_again.stage_id
            and ready.priority = level.priority::smallint
            and ready.event_id > coalesce(take_again.after_ids[level.priority], 0)
            and not ready.requeued
            and not ready.alone
            order by ready.event_id
            limit take_again.most
            for update skip locked
        ) as head
        limit take_again.most
    ),
    chosen as materialized (
        select waiting.place
        from (select again.* from again union all select fresh.* from fresh) as waiting
        order by waiting.priority, waiting.event_id
        limit take_again.most
    ),
    taken as (
        delete from pipeline.ready
        where ready.ctid = any (array(select chosen.place from chosen))
        returning ready.event_id, ready.priority
    )
    select array_agg(taken.event_id), array_agg(taken.priority) into event_ids, priorities
    from taken;
end
$$;

comment on function pipeline.take_again(smallint, integer, bigint[]) is
    'Takes the first events off a stage''s queue where some were queued again: the one that must run alone, or a mixed batch.';

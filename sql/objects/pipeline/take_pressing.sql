-- pipeline.take_pressing(stage_id, most): takes the first events off the queue of a stage with a limit, by priority, then deadline.
--
-- Under a limit few begin at a time while many wait, so those with a deadline have an index in its order, and those without come after
-- them. One that a daemon died holding comes first, as a batch of its own. Dead rows of taken events are read again here: a limit bounds how many.
--
-- Arguments: stage_id; most: how many at once.
-- Returns: event_ids and priorities of the taken rows, NULL: none; is_alone: the one that was taken must run alone.
-- Reads:  nothing
-- Writes: pipeline.ready
-- Locks:  rows of pipeline.ready that nobody else holds

create or replace function pipeline.take_pressing(
    stage_id smallint,
    most integer,
    out event_ids bigint[],
    out priorities smallint[],
    out is_alone boolean
)
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
begin
    select true, lone.event_ids, lone.priorities into is_alone, event_ids, priorities
    from pipeline.take_alone(take_pressing.stage_id, take_pressing.most) as lone
    where lone.event_ids is not null;

    if found then
        return;
    end if;

    is_alone := false;

    with taken as (
        delete from pipeline.ready
        where ready.ctid = any (
            array(
                -- Priority by priority, as far as there is room; of each first what is pressing.
                select head.place
                from generate_series(1, 10) as level (priority)
                cross join lateral (
                    select pressing.place
                    from (
                        select ready.ctid as place
                        from pipeline.ready
                        where ready.stage_id = take_pressing.stage_id
                        and ready.priority = level.priority::smallint
                        and ready.deadline is not null
                        and not ready.alone
                        order by ready.deadline, ready.event_id
                        limit take_pressing.most
                        for update skip locked
                    ) as pressing
                    union all
                    select patient.place
                    from (
                        select ready.ctid as place
                        from pipeline.ready
                        where ready.stage_id = take_pressing.stage_id
                        and ready.priority = level.priority::smallint
                        and ready.deadline is null
                        and not ready.alone
                        order by ready.event_id
                        limit take_pressing.most
                        for update skip locked
                    ) as patient
                ) as head
                limit take_pressing.most
            )
        )
        returning ready.event_id, ready.priority
    )
    select array_agg(taken.event_id), array_agg(taken.priority) into event_ids, priorities
    from taken;
end
$$;

comment on function pipeline.take_pressing(smallint, integer) is 'Takes the first events off the queue of a stage with a limit, by priority, then deadline.';

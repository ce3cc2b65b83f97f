-- pipeline.take_alone(stage_id, most): takes the first event off a queue that a daemon died holding: it is a batch of its own.
--
-- Called by pipeline.take_again and pipeline.take_pressing, which have pinned the planner's settings.
--
-- Arguments: stage_id; most: whether there is room at all.
-- Returns: event_ids and priorities, one of each; NULL: none waits that nobody else is taking.
-- Reads:  nothing
-- Writes: pipeline.ready
-- Locks:  a row of pipeline.ready that nobody else holds

create or replace function pipeline.take_alone(stage_id smallint, most integer, out event_ids bigint[], out priorities smallint[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    with lone as (
        delete from pipeline.ready
        where ready.ctid = any (
            array(
                select first.ctid
                from pipeline.ready as first
                where first.stage_id = take_alone.stage_id
                and first.alone
                and take_alone.most > 0
                order by first.event_id
                limit 1
                for update skip locked
            )
        )
        returning ready.event_id, ready.priority
    )
    select array[lone.event_id], array[lone.priority] into event_ids, priorities
    from lone;
end
$$;

comment on function pipeline.take_alone(smallint, integer) is 'Takes the first event off a queue that must run alone.';

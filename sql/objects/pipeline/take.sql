-- pipeline.take(stage_id, most): takes the first events off the queue of a stage; one that must run alone, alone.
--
-- Arguments: stage_id; most: how many at once.
-- Returns: their rows; NULL: there are none.
-- Reads:  nothing
-- Writes: pipeline.ready
-- Locks:  rows of pipeline.ready that nobody else holds

create or replace function pipeline.take(stage_id smallint, most integer)
returns pipeline.ready[]
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    with
    lone as materialized (
        select ready.ctid as place
        from pipeline.ready
        where ready.stage_id = take.stage_id
        and ready.alone
        and take.most > 0
        order by ready.event_id
        limit 1
        for update skip locked
    ),
    batch as materialized (
        select ready.ctid as place
        from pipeline.ready
        where ready.stage_id = take.stage_id
        and not ready.alone
        and not exists (select from lone)
        order by ready.priority, ready.event_id
        limit take.most
        for update skip locked
    ),
    taken as (
        delete from pipeline.ready
        where ready.ctid = any (array(select lone.place from lone union all select batch.place from batch))
        returning ready.*
    )
    select array_agg(taken::pipeline.ready order by taken.priority, taken.event_id) from taken;
end;

comment on function pipeline.take(smallint, integer) is 'Takes the first events off a stage''s queue.';

-- pipeline.is_crowded(): whether more rows wait than a look counts.
--
-- Returns: true when a hot table has more than ten thousand rows.
-- Reads:  pipeline.ready, pipeline.parked, pipeline.scheduled
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.is_crowded()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        (select count(*) > 10000 from (select from pipeline.ready limit 10001) as first)
        or (select count(*) > 10000 from (select from pipeline.scheduled limit 10001) as first)
        or (select count(*) > 10000 from (select from pipeline.parked limit 10001) as first);
end;

comment on function pipeline.is_crowded() is 'Whether more than ten thousand events wait, so that looks show what was counted last.';

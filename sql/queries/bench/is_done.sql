-- bench/is_done: whether no queue holds anything that is due within a minute.
--
-- Returns: is_done boolean.
-- Reads:  pipeline.ready, pipeline.inflight, pipeline.scheduled
-- Locks:  none
select
    not exists (select from pipeline.ready)
    and not exists (select from pipeline.inflight)
    and not exists (select from pipeline.scheduled where scheduled.run_at < statement_timestamp() + interval '1 minute') as is_done

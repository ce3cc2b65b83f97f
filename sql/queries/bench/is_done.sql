-- bench/is_done: whether no queue holds anything that is due within a minute: everything is committed.
--
-- The last rows of the queue are looked at, not the first: before them are all that are gone and not yet vacuumed.
--
-- Returns: is_done boolean; at timestamptz: now, by the clock that claims note.
-- Reads:  pipeline.ready, pipeline.inflight, pipeline.scheduled
-- Locks:  none
select
    not exists (select from (select from pipeline.ready order by stage_id desc, priority desc, event_id desc limit 1) as last)
    and not exists (select from pipeline.inflight)
    and not exists (select from pipeline.scheduled where scheduled.run_at < statement_timestamp() + interval '1 minute') as is_done,
    clock_timestamp() as at

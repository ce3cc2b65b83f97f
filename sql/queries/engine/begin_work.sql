-- engine/begin_work: says which stages this daemon runs in the database.
--
-- $1 integer: worker; $2 smallint[]: the stages.
-- Returns: how many events will run alone because of a daemon that died.
-- Writes: pipeline.workers, pipeline.ready (through the function)
-- Locks:  the daemon's row, rows of pipeline.ready
select pipeline.begin_work($1, $2)

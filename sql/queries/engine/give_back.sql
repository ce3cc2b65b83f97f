-- engine/give_back: takes back claims that this daemon made without hearing of it.
--
-- $1 smallint: stage; $2 integer: worker; $3 bigint[]: the events of the stage that it knows it holds.
-- Returns: how many events went back.
-- Writes: marketing.pipeline_events (through the function)
-- Locks:  the events
select pipeline.give_back($1, $2, $3)

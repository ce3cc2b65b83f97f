-- http/peer_matching_answer: what is to be said of a run.
--
-- $1 bigint: run.
-- Columns: answer jsonb.
-- Reads:  what public.peer_matching_answer reads
-- Locks:  none
select public.peer_matching_answer($1) as answer

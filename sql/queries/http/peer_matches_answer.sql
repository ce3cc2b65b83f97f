-- http/peer_matches_answer: the matches of an event.
--
-- $1 bigint: event.
-- Columns: answer jsonb.
-- Reads:  what public.peer_matches_answer reads
-- Locks:  none
select public.peer_matches_answer($1) as answer

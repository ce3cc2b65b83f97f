-- http/set_peer_match_status: what one of two people says to an introduction.
--
-- $1 bigint: match; $2 bigint: contractor; $3 text: response_type; $4 text: feedback, NULL: none.
-- Columns: id: the match.
-- Reads:  what public.set_peer_match_status reads
-- Writes: what public.set_peer_match_status writes
-- Locks:  the match
select answered.id
from public.set_peer_match_status($1, $2, $3, $4) as answered

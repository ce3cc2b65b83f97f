-- http/generate_peer_matches: orders a matching run.
--
-- $1 bigint: event; $2 jsonb: options.
-- Columns: run_id.
-- Reads:  what public.generate_peer_matches reads
-- Writes: what public.generate_peer_matches writes
-- Locks:  none beyond the inserted row
select public.generate_peer_matches($1, $2) as run_id

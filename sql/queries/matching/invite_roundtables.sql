-- matching/invite_roundtables: the texts of tables that were just laid.
--
-- $1 bigint[]: the tables.
-- Columns: texts integer: how many were scheduled.
-- Reads:  what public.invite_peer_groups reads
-- Writes: public.event_messages, by that function
-- Locks:  none beyond the inserted rows
select public.invite_peer_groups($1::bigint[]) as texts

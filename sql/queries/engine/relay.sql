-- engine/relay: announces what writers left unannounced.
--
-- Waits for no disk at its commit: what a crash brings back is announced twice, which says nothing wrong.
--
-- $1 bigint: announcements up to this id are settled.
-- Returns: statements, last_id, oldest_xid, next_xid, as pipeline.relay.
-- Writes: pipeline.unannounced (through the function)
-- Locks:  announcements that nobody else holds
select relayed.statements, relayed.last_id, relayed.oldest_xid, relayed.next_xid
from set_config('synchronous_commit', 'off', true) as unsynchronous
cross join lateral pipeline.relay($1) as relayed
where unsynchronous = 'off'

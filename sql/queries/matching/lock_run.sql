-- matching/lock_run: waits until nobody else matches the people of a run's event. A statement of its own: what follows sees what the
-- other has written.
--
-- $1 bigint: run.
-- Columns: none that matter; no row: there is no such run.
-- Reads:  public.event_peer_matching_runs
-- Locks:  the event's matching, by an advisory lock
select pg_advisory_xact_lock(hashtextextended('public.event_peer_matching', run.event_id))
from public.event_peer_matching_runs as run
where run.id = $1

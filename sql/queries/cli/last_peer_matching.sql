-- cli/last_peer_matching: the last run of an event.
--
-- $1 bigint: event.
-- Columns: answer jsonb: what peer_matching_answer says of it; no row: the event was not matched.
-- Reads:  public.event_peer_matching_runs, and what public.peer_matching_answer reads
-- Locks:  none
select public.peer_matching_answer(run.id) as answer
from public.event_peer_matching_runs as run
where run.event_id = $1
and run.status = 'done'
order by run.id desc
limit 1

-- matching/release_matches: gives unsent pairs up; their texts are cancelled by the trigger.
--
-- $1 bigint: run; $2 bigint[], $3 bigint[]: the two of each pair, the smaller id first.
-- Reads:  public.event_peer_matching_runs
-- Writes: public.event_peer_matches, and by its trigger public.event_messages
-- Locks:  the matches; their texts are held already (pairs_of_run)
update public.event_peer_matches as match
set status = 'released',
    notes = concat_ws(E'\n', match.notes, format('Given up by run %s for somebody who would have met nobody.', $1::bigint))
from public.event_peer_matching_runs as run
join unnest($2::bigint[], $3::bigint[]) as pair (contractor1_id, contractor2_id) on true
where run.id = $1
and match.event_id = run.event_id
and match.contractor1_id = pair.contractor1_id
and match.contractor2_id = pair.contractor2_id
and match.status in ('draft', 'proposed')

-- matching/release_matches: gives unsent pairs up, and cancels their texts.
--
-- The trigger of the matches would cancel them, too, for one match after the other.
--
-- $1 bigint: run; $2 bigint[], $3 bigint[]: the two of each pair, the smaller id first.
-- Reads:  public.event_peer_matching_runs
-- Writes: public.event_peer_matches, public.event_messages
-- Locks:  the matches; their texts are held already (pairs_of_run)
with
released as (
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
    returning match.id, match.contractor1_id, match.contractor2_id
)
update public.event_messages as message
set status = 'cancelled', skip_reason = 'The match is released.'
from released
where message.dedupe_key in (
    format('peer-match-%s-%s', released.id, released.contractor1_id), format('peer-match-%s-%s', released.id, released.contractor2_id)
)
and message.status in ('draft', 'scheduled')

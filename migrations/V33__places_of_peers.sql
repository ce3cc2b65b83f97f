-- Who has a place for a late guest is told by the matches that are not over, without a look at what they are made of.

create index event_peer_matches_live_idx on public.event_peer_matches (event_id, contractor1_id, contractor2_id)
    where status not in ('declined', 'released', 'expired');

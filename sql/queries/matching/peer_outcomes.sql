-- matching/peer_outcomes: what became of introductions, event after event.
--
-- $1 text: the series that learns, NULL: all events.
-- Columns: event_id, contractor1_id, contractor2_id; focus, geography, scale, industry; title, NULL: one has none; is_success; is_own: of
--          the series.
-- Reads:  public.vw_peer_match_outcomes, public.event_peer_matching
-- Locks:  none
select
    outcome.event_id,
    outcome.contractor1_id,
    outcome.contractor2_id,
    outcome.focus,
    outcome.geography,
    outcome.scale,
    outcome.industry,
    outcome.title,
    outcome.is_success,
    $1::text is null or own.series is not distinct from $1::text as is_own
from public.vw_peer_match_outcomes as outcome
left join public.event_peer_matching as own on own.event_id = outcome.event_id
order by outcome.event_date, outcome.event_id, outcome.match_id

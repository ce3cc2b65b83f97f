-- matching/pairs_of_run: what rows say about pairs of the people of a run.
--
-- $1 bigint: run; $2 bigint[]: the people.
-- Columns: contractor1_id, contractor2_id; relation: matched_here, met_before, pin, forbid, blocked, same_organisation.
-- Reads:  public.event_peer_matching_runs, public.event_peer_matches, public.event_peer_rules
-- Locks:  none
select match.contractor1_id, match.contractor2_id, 'matched_here' as relation
from public.event_peer_matching_runs as run
join public.event_peer_matches as match on match.event_id = run.event_id
where run.id = $1
and match.contractor1_id = any ($2::bigint[])
and match.contractor2_id = any ($2::bigint[])

union all

select match.contractor1_id, match.contractor2_id, 'met_before'
from public.event_peer_matching_runs as run
join public.event_peer_matches as match on match.event_id <> run.event_id
where run.id = $1
and run.exclude_matched
and match.status not in ('draft', 'released')
and match.contractor1_id = any ($2::bigint[])
and match.contractor2_id = any ($2::bigint[])
and (
    run.cool_down is null
    or coalesce(match.introduction_sent_time, match.created_at) > pg_catalog.now() - run.cool_down
)

union all

select rule.contractor1_id, rule.contractor2_id, rule.rule
from public.event_peer_matching_runs as run
join public.event_peer_rules as rule on rule.event_id is null or rule.event_id = run.event_id
where run.id = $1
and rule.contractor1_id = any ($2::bigint[])
and rule.contractor2_id = any ($2::bigint[])

-- matching/places_of_run: whose places are taken at the event of a run, and whom the organiser wants its few people to meet.
--
-- $1 bigint: run.
-- Columns: ones bigint[], others bigint[]: the two of each match that is not over; pinned bigint[]: who is pinned to one of the run's people.
-- Reads:  public.event_peer_matching_runs, public.event_peer_matches, public.event_peer_rules
-- Locks:  none
select
    coalesce(live.ones, '{}') as ones,
    coalesce(live.others, '{}') as others,
    array(
        select case when rule.contractor1_id = any (run.contractor_ids) then rule.contractor2_id else rule.contractor1_id end
        from public.event_peer_rules as rule
        where rule.rule = 'pin'
        and (rule.event_id is null or rule.event_id = run.event_id)
        and (rule.contractor1_id = any (run.contractor_ids) or rule.contractor2_id = any (run.contractor_ids))
    ) as pinned
from public.event_peer_matching_runs as run
cross join lateral (
    select array_agg(match.contractor1_id) as ones, array_agg(match.contractor2_id) as others
    from public.event_peer_matches as match
    where match.event_id = run.event_id
    and match.status not in ('declined', 'released', 'expired')
) as live
where run.id = $1

-- matching/begin_run: an order to match that was not done yet, held until it is.
--
-- $1 bigint: run.
-- Columns: event_id; contractor_ids bigint[], NULL: everybody; dry_run; approval; min_matches, NULL: none; salt; introduction_time;
--          spread: several introductions of a person at different times; by_model: a chat model may word them; pinned bigint[]: whom the
--          organiser wants the run's few people to meet; is_settled: this transaction has done no other run of the event, so that all that
--          it reads is committed; started_at: now, which finish_run writes; params: the parameters as JSON.
-- Reads:  public.event_peer_matching_runs, public.event_peer_matching, public.event_peer_rules
-- Writes: nothing
-- Locks:  the run
select
    run.event_id,
    run.contractor_ids,
    run.dry_run,
    run.approval,
    run.min_matches,
    run.salt,
    run.introduction_time,
    coalesce(
        (select own.spread from public.event_peer_matching as own where own.event_id = run.event_id),
        (select general.spread from public.event_peer_matching as general where general.event_id is null),
        true
    ) as spread,
    coalesce(
        (select own.wording from public.event_peer_matching as own where own.event_id = run.event_id),
        (select general.wording from public.event_peer_matching as general where general.event_id is null)
    ) is not distinct from 'model' as by_model,
    array(
        select case when rule.contractor1_id = any (run.contractor_ids) then rule.contractor2_id else rule.contractor1_id end
        from public.event_peer_rules as rule
        where rule.rule = 'pin'
        and (rule.event_id is null or rule.event_id = run.event_id)
        and (rule.contractor1_id = any (run.contractor_ids) or rule.contractor2_id = any (run.contractor_ids))
    ) as pinned,
    -- One that somebody else did since this transaction has its number is taken for its own, which does no harm.
    not exists (
        select from public.event_peer_matching_runs as other
        where other.event_id = run.event_id
        and other.status = 'done'
        and age(other.xmin) <= age(pg_current_xact_id()::xid)
    ) as is_settled,
    clock_timestamp() as started_at,
    jsonb_strip_nulls(jsonb_build_object(
        'max_matches', run.max_matches,
        'min_score', run.min_score,
        'min_distance_miles', run.min_distance_miles,
        'min_distance_miles_other_trades', run.min_distance_miles_other_trades,
        'weights', run.weights,
        'weights_with_titles', run.weights_with_titles,
        'focus_measure', run.focus_measure,
        'unknown_scale', run.unknown_scale,
        'unknown_industry', run.unknown_industry,
        'second_match', run.second_match,
        'same_industry', run.same_industry,
        'same_role_title', run.same_role_title
    )) as params
from public.event_peer_matching_runs as run
where run.id = $1
and run.status = 'requested'
for no key update

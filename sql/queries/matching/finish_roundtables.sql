-- matching/finish_roundtables: what came of a run's tables.
--
-- $1 bigint: run; $2 jsonb: groups_created, seated, group_score, group_score_bound, unseated, groups; $3 integer: texts, added to those of
-- pairs.
-- Writes: public.event_peer_matching_runs
-- Locks:  the run
update public.event_peer_matching_runs as run
set groups_created = result.groups_created,
    seated = result.seated,
    group_score = result.group_score,
    group_score_bound = result.group_score_bound,
    unseated = result.unseated,
    groups = result.groups,
    messages_scheduled = run.messages_scheduled + $3::integer
from jsonb_populate_record(null::public.event_peer_matching_runs, $2::jsonb) as result
where run.id = $1

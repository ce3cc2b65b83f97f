-- matching/finish_run: what came of a run.
--
-- $1 bigint: run; $2 jsonb: checked_in, people, matches_created, messages_scheduled, covered, coverable, coverage_proved, with_two,
-- total_score, upper_bound, gap, algorithm, input_hash, compute_ms, warning, unread, unplaced, matches; $3 timestamptz: when it began;
-- $4 bigint: the event of the ledger that has it done, NULL: none.
-- Writes: public.event_peer_matching_runs
-- Locks:  the run
update public.event_peer_matching_runs as run
set status = 'done',
    started_at = $3,
    finished_at = clock_timestamp(),
    caused_by = coalesce($4::bigint, run.caused_by),
    checked_in = result.checked_in,
    people = result.people,
    matches_created = result.matches_created,
    messages_scheduled = result.messages_scheduled,
    covered = result.covered,
    coverable = result.coverable,
    coverage_proved = result.coverage_proved,
    with_two = result.with_two,
    total_score = result.total_score,
    upper_bound = result.upper_bound,
    gap = result.gap,
    algorithm = result.algorithm,
    input_hash = result.input_hash,
    compute_ms = result.compute_ms,
    warning = result.warning,
    unread = result.unread,
    unplaced = result.unplaced,
    matches = result.matches
from jsonb_populate_record(null::public.event_peer_matching_runs, $2::jsonb) as result
where run.id = $1

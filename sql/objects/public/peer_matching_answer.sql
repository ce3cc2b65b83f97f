-- public.peer_matching_answer(run_id): what the API says of a run.
--
-- Arguments: run_id.
-- Returns: a JSON object: success, matches_created, introductions_sent (texts that have left), introductions_scheduled (that wait),
--          workflow_id, timestamp, run_id, status, and where they say something warning, matches and groups (of a dry run), groups_created,
--          unplaced, unseated, unread and the certificate. NULL: there is no such run.
-- Reads:  public.event_peer_matching_runs, public.event_peer_matches, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.peer_matching_answer(run_id bigint)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select jsonb_strip_nulls(jsonb_build_object(
        'success', true,
        'matches_created', coalesce(run.matches_created, 0),
        'introductions_sent', texts.sent,
        'introductions_scheduled', texts.waiting,
        'introduction_time', run.introduction_time,
        'workflow_id', 'peer-matching-v1',
        'timestamp', now(),
        'run_id', run.id,
        'status', run.status,
        'dry_run', run.dry_run,
        'warning', run.warning,
        'covered', run.covered,
        'coverable', run.coverable,
        'gap', run.gap,
        'groups_created', run.groups_created,
        'groups', run.groups,
        'unseated', run.unseated,
        'matches', run.matches,
        'unplaced', run.unplaced,
        'unread', run.unread
    ))
    from public.event_peer_matching_runs as run
    cross join lateral (
        select
            count(*) filter (where message.status in ('sent', 'delivered')) as sent,
            count(*) filter (where message.status in ('draft', 'scheduled', 'sending', 'uncertain')) as waiting
        from public.event_peer_matches as match
        join public.event_messages as message
            on message.dedupe_key in (
                format('peer-match-%s-%s', match.id, match.contractor1_id), format('peer-match-%s-%s', match.id, match.contractor2_id)
            )
        where match.run_id = run.id
    ) as texts
    where run.id = peer_matching_answer.run_id;
end;

comment on function public.peer_matching_answer(bigint) is 'What the API says of a matching run: SELECT peer_matching_answer(7).';

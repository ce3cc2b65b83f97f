-- public.await_answers(match_ids): has it looked after a while whether introductions that were just sent have been answered.
--
-- After remind_after, or halfway to the end of the event where that is sooner; where too little is left for a reminder, when the pair is to
-- be released.
--
-- Arguments: match_ids.
-- Returns: nothing.
-- Reads:  public.event_peer_matches, public.event_peer_matching, public.events; by public.agenda_moments what it reads
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function public.await_answers(match_ids bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Sooner after the introduction than that, a reminder is noise.
    c_least constant interval := '15 minutes';
begin
    insert into marketing.pipeline_events (event_type, payload, run_at, priority)
    select
        'introduction_unanswered',
        jsonb_build_object('match_id', match.id, 'event_id', match.event_id),
        clock_timestamp() + case
            when wish.unanswered = 'remind' and rest.half >= c_least / wish.pace then least(wish.remind_after, rest.half)
            else wish.remind_after + wish.release_after
        end,
        8
    from (
        select distinct held.event_id from public.event_peer_matches as held where held.id = any (await_answers.match_ids)
    ) as concerned
    cross join lateral public.answers_wanted(concerned.event_id) as wish
    cross join lateral (select (wish.ends_at - clock_timestamp()) / 2 as half) as rest
    join public.event_peer_matches as match
        on match.event_id = concerned.event_id
        and match.id = any (await_answers.match_ids)
    where wish.unanswered <> 'keep'
    order by match.id;
end
$$;

comment on function public.await_answers(bigint[]) is 'Has it looked after a while whether introductions that were just sent have been answered.';

revoke execute on function public.await_answers(bigint[]) from public;

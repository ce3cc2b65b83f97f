-- public.answers_wanted(event_id): what an event does about introductions that are not answered.
--
-- Arguments: event_id.
-- Returns: unanswered: remind, release, keep; remind_after, release_after: in an accelerated event a sixtieth; pace: by what they were
--          divided; ends_at: when the event is over, NULL: it has no day.
-- Reads:  public.event_peer_matching, public.events; by public.agenda_moments what it reads
-- Writes: nothing
-- Locks:  none

create or replace function public.answers_wanted(event_id bigint)
returns table (unanswered text, remind_after interval, release_after interval, pace integer, ends_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
    select
        coalesce(own.unanswered, general.unanswered, 'keep'),
        coalesce(own.remind_after, general.remind_after, interval '2 hours') / speed.pace,
        coalesce(own.release_after, general.release_after, interval '2 hours') / speed.pace,
        speed.pace,
        (
            select moment.at
            from public.agenda_moments(answers_wanted.event_id) as moment
            where moment.anchor = 'event_end'
        )
    from public.events as event
    cross join lateral (select case when event.accelerated then 60 else 1 end as pace) as speed
    left join public.event_peer_matching as own on own.event_id = event.id
    left join public.event_peer_matching as general on general.event_id is null
    where event.id = answers_wanted.event_id;
end;

comment on function public.answers_wanted(bigint) is 'What an event does about introductions that are not answered.';

-- public.peers_to_ask(): who is asked now about whom: did you two meet, and how does it go.
--
-- Of two who were put in touch each is asked on the first to seventh day after their event whether they met. Those who met are asked once a
-- month how it goes, followup_settings.peer_check_ins_most times, until somebody says that they are not in touch. One question to a person
-- at a time: the next one waits for the answer, a day at most. Who was erased is neither asked nor asked about.
--
-- Returns: contractor_id: who is asked; message_type; match_id; day: on which, on the person's clock; occurrence: which of the check-ins, 0
--          for the question whether they met; skip_weekends, local_hour: as followup_settings say.
-- Reads:  public.followup_settings, public.event_peer_matches, public.events, public.contractors, public.event_messages
-- Writes: nothing
-- Locks:  none

create or replace function public.peers_to_ask()
returns table (
    contractor_id bigint, message_type text, match_id bigint, day date, occurrence integer, skip_weekends boolean, local_hour time
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with
    sides as (
        select
            match.id as match_id, side.person_id, side.said, match.meeting_scheduled, event.end_date,
            (clock_timestamp() at time zone public.zone_of(side.person_id, event.id))::date as today
        from public.event_peer_matches as match
        join public.events as event on event.id = match.event_id
        cross join lateral (
            values
                (match.contractor1_id, match.contractor2_id, match.contractor1_met),
                (match.contractor2_id, match.contractor1_id, match.contractor2_met)
        ) as side (person_id, peer_id, said)
        join public.contractors as peer on peer.id = side.peer_id
        join public.contractors as person on person.id = side.person_id
        where match.connection_made
        and event.status = 'scheduled'
        and event.is_active
        and event.end_date between current_date - 750 and current_date + 1
        and peer.name <> format('Erased %s', peer.id)
        and person.name <> format('Erased %s', person.id)
    ),
    due as (
        select
            sides.person_id, 'peer_meeting_check' as message_type, sides.match_id, sides.end_date + 1 as day, 0 as occurrence,
            settings.skip_weekends, settings.local_hour
        from sides
        join public.followup_settings as settings on settings.ask_whether_they_met
        where sides.said is null
        and sides.today between sides.end_date + 1 and sides.end_date + 7
        union all
        select
            sides.person_id, 'peer_check_in', sides.match_id, (sides.end_date + make_interval(months => months))::date, months,
            settings.skip_weekends, settings.local_hour
        from sides
        join public.followup_settings as settings on settings.monthly_peer_check_ins
        cross join lateral generate_series(1, settings.peer_check_ins_most::integer) as months
        where sides.meeting_scheduled
        and sides.said is distinct from false
        and sides.today between (sides.end_date + make_interval(months => months))::date
            and (sides.end_date + make_interval(months => months))::date + 7
        and not exists (
            select
            from public.event_messages as asked
            where asked.contractor_id = sides.person_id
            and asked.message_type = 'peer_check_in'
            and asked.personalization_data ->> 'match_id' = sides.match_id::text
            and asked.action_taken = 'not_in_touch'
        )
    )
    select distinct on (due.person_id)
        due.person_id, due.message_type, due.match_id, due.day, due.occurrence, due.skip_weekends, due.local_hour
    from due
    where not exists (
        select
        from public.event_messages as asked
        where asked.dedupe_key = format('%s-%s-%s-%s', due.message_type, due.match_id, due.person_id, due.occurrence)
    )
    and not exists (
        select
        from public.event_messages as asked
        where asked.contractor_id = due.person_id
        and asked.message_type in ('peer_meeting_check', 'peer_check_in')
        and (
            asked.status in ('draft', 'scheduled', 'sending', 'uncertain')
            or asked.response_time is null and asked.actual_send_time > clock_timestamp() - interval '1 day'
        )
    )
    order by due.person_id, due.day, due.match_id;
end;

comment on function public.peers_to_ask() is 'Who is asked now whether they met, or how it goes: SELECT * FROM peers_to_ask();';

revoke execute on function public.peers_to_ask() from public;

-- public.vw_peer_match_by_time: when introductions are answered.
--
-- By the hour on the wall of the event in which the first text was sent, and by what was on then.
--
-- Reads:  public.event_peer_matches, public.events, public.event_agenda_items

create or replace view public.vw_peer_match_by_time as
select
    match.event_id,
    extract(hour from match.introduction_sent_time at time zone event.timezone)::integer as local_hour,
    coalesce(item.item_type, 'nothing') as during,
    coalesce(match.slot, 1) as slot,
    count(*) as introduced,
    count(match.contractor1_response) + count(match.contractor2_response) as answers,
    count(*) filter (where match.connection_made) as connections,
    round(count(*) filter (where match.connection_made)::numeric / count(*), 4) as connection_rate,
    round((count(match.contractor1_response) + count(match.contractor2_response))::numeric / (2 * count(*)), 4) as response_rate,
    count(*) filter (where match.meeting_scheduled) as meetings,
    round(count(*) filter (where match.meeting_scheduled)::numeric / count(*), 4) as meeting_rate
from public.event_peer_matches as match
join public.events as event on event.id = match.event_id
left join lateral (
    select on_then.item_type
    from public.event_agenda_items as on_then
    where on_then.event_id = match.event_id
    and on_then.status <> 'cancelled'
    and on_then.start_time <= match.introduction_sent_time
    and coalesce(on_then.end_time, on_then.start_time) > match.introduction_sent_time
    order by on_then.item_type in ('lunch', 'break', 'networking') desc, on_then.start_time desc, on_then.id
    limit 1
) as item on true
where match.introduction_sent_time is not null
group by match.event_id, local_hour, during, coalesce(match.slot, 1);

comment on view public.vw_peer_match_by_time is 'When introductions are answered: by hour, by what was on, by slot.';
comment on column public.vw_peer_match_by_time.event_id is 'The event.';
comment on column public.vw_peer_match_by_time.local_hour is 'Hour on the wall of the event in which the first text was sent, 0 to 23.';
comment on column public.vw_peer_match_by_time.during is 'What was on then: lunch, break, session …; nothing.';
comment on column public.vw_peer_match_by_time.slot is '1: the first introduction of the run; 2: the next …';
comment on column public.vw_peer_match_by_time.introduced is 'Introduced matches.';
comment on column public.vw_peer_match_by_time.answers is 'Answers, at most two for each.';
comment on column public.vw_peer_match_by_time.connections is 'Those in which both want to meet.';
comment on column public.vw_peer_match_by_time.connection_rate is 'Connections by introduced matches, 0 to 1.';
comment on column public.vw_peer_match_by_time.response_rate is 'Answers by two for each introduced match, 0 to 1.';
comment on column public.vw_peer_match_by_time.meetings is 'Those with an agreed meeting.';
comment on column public.vw_peer_match_by_time.meeting_rate is 'Meetings by introduced matches, 0 to 1.';

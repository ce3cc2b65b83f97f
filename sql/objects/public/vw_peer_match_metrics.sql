-- public.vw_peer_match_metrics: how matching went, event by event.
--
-- Rates are of what was introduced, NULL where nothing was: of two texts for each match, of matches.
--
-- An event that was matched without finding anybody is there, too.
--
-- Reads:  public.events, public.event_attendees, public.event_peer_matches, public.event_peer_matching_runs

create or replace view public.vw_peer_match_metrics as
select
    event.id as event_id,
    event.name as event_name,
    (select count(*) from public.event_attendees as attendee where attendee.event_id = event.id and attendee.checked_in) as checked_in,
    count(match.id) filter (where match.status <> 'released') as matches,
    count(match.introduction_sent_time) as introduced,
    count(told.response1) + count(told.response2) as answers,
    round((count(told.response1) + count(told.response2))::numeric / nullif(2 * count(match.introduction_sent_time), 0), 4) as response_rate,
    count(*) filter (where told.connected) as connections,
    round(count(*) filter (where told.connected)::numeric / nullif(count(match.introduction_sent_time), 0), 4) as connection_rate,
    count(*) filter (where told.meets) as meetings,
    round(count(*) filter (where told.meets)::numeric / nullif(count(match.introduction_sent_time), 0), 4) as meeting_rate,
    round(avg(match.match_score) filter (where match.match_score <= 1 and match.status <> 'released'), 4) as average_score,
    round(avg(match.pcr_score), 2) as average_pcr_score
from public.events as event
left join public.event_peer_matches as match on match.event_id = event.id
-- Whoever answers before being told, by the API or in psql, is in no rate of what was introduced.
left join lateral (
    select match.contractor1_response as response1, match.contractor2_response as response2, match.connection_made as connected,
        match.meeting_scheduled as meets
    where match.introduction_sent_time is not null
) as told on true
where match.id is not null
or exists (select from public.event_peer_matching_runs as run where run.event_id = event.id and run.status = 'done' and not run.dry_run)
group by event.id, event.name;

comment on view public.vw_peer_match_metrics is 'How matching went, event by event: SELECT * FROM vw_peer_match_metrics ORDER BY event_id DESC.';
comment on column public.vw_peer_match_metrics.event_id is 'The event.';
comment on column public.vw_peer_match_metrics.event_name is 'Its name.';
comment on column public.vw_peer_match_metrics.checked_in is 'People who came.';
comment on column public.vw_peer_match_metrics.matches is 'Matches that were made and not called back.';
comment on column public.vw_peer_match_metrics.introduced is 'Matches of which a text was sent.';
comment on column public.vw_peer_match_metrics.answers is 'Answers, at most two for each match.';
comment on column public.vw_peer_match_metrics.response_rate is 'Answers by two for each introduced match, 0 to 1; NULL: none was.';
comment on column public.vw_peer_match_metrics.connections is 'Matches in which both want to meet.';
comment on column public.vw_peer_match_metrics.connection_rate is 'Connections by introduced matches, 0 to 1; NULL: none was.';
comment on column public.vw_peer_match_metrics.meetings is 'Matches with an agreed meeting.';
comment on column public.vw_peer_match_metrics.meeting_rate is 'Meetings by introduced matches, 0 to 1; NULL: none was.';
comment on column public.vw_peer_match_metrics.average_score is 'Mean score of matches, 0 to 1; NULL: unknown.';
comment on column public.vw_peer_match_metrics.average_pcr_score is 'Mean rating of meetings, 0 to 100; NULL: not rated.';

-- public.vw_peer_match_by_wording: which introductions are answered: a model's words, or the template's.
--
-- Reads:  public.event_peer_matches, public.introduction_wordings

create or replace view public.vw_peer_match_by_wording as
select
    match.event_id,
    case when wording.outcome = 'used' then 'model' else 'template' end as wording,
    case when wording.outcome = 'used' then wording.model end as model,
    count(*) as introduced,
    count(match.contractor1_response) + count(match.contractor2_response) as answers,
    count(*) filter (where match.connection_made) as connections,
    round(count(*) filter (where match.connection_made)::numeric / count(*), 4) as connection_rate,
    round((count(match.contractor1_response) + count(match.contractor2_response))::numeric / (2 * count(*)), 4) as response_rate,
    count(*) filter (where match.meeting_scheduled) as meetings,
    round(count(*) filter (where match.meeting_scheduled)::numeric / count(*), 4) as meeting_rate
from public.event_peer_matches as match
left join public.introduction_wordings as wording on wording.match_id = match.id
where match.introduction_sent_time is not null
group by match.event_id, 2, 3;

comment on view public.vw_peer_match_by_wording is 'Which introductions are answered: those in a model''s words, or the template''s.';
comment on column public.vw_peer_match_by_wording.event_id is 'The event.';
comment on column public.vw_peer_match_by_wording.wording is 'model or template.';
comment on column public.vw_peer_match_by_wording.model is 'Whose words; NULL: the template''s.';
comment on column public.vw_peer_match_by_wording.introduced is 'Introduced matches.';
comment on column public.vw_peer_match_by_wording.answers is 'Answers, at most two for each.';
comment on column public.vw_peer_match_by_wording.connections is 'Those in which both want to meet.';
comment on column public.vw_peer_match_by_wording.connection_rate is 'Connections by introduced matches, 0 to 1.';
comment on column public.vw_peer_match_by_wording.response_rate is 'Answers by two for each introduced match, 0 to 1.';
comment on column public.vw_peer_match_by_wording.meetings is 'Those with an agreed meeting.';
comment on column public.vw_peer_match_by_wording.meeting_rate is 'Meetings by introduced matches, 0 to 1.';

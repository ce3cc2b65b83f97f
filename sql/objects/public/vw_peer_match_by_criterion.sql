-- public.vw_peer_match_by_criterion: which criteria lead to connections.
--
-- Each introduced match counts once for each component of its score, in the band of that component.
--
-- Reads:  public.event_peer_matches

create or replace view public.vw_peer_match_by_criterion as
select
    match.event_id,
    part.name as criterion,
    part.band,
    count(*) as introduced,
    count(match.contractor1_response) + count(match.contractor2_response) as answers,
    count(*) filter (where match.connection_made) as connections,
    round(count(*) filter (where match.connection_made)::numeric / count(*), 4) as connection_rate,
    round((count(match.contractor1_response) + count(match.contractor2_response))::numeric / (2 * count(*)), 4) as response_rate,
    count(*) filter (where match.meeting_scheduled) as meetings,
    round(count(*) filter (where match.meeting_scheduled)::numeric / count(*), 4) as meeting_rate
from public.event_peer_matches as match
cross join lateral (
    select
        criterion.name,
        case
            when (match.match_criteria ->> criterion.name)::numeric >= 0.8 then 'high'
            when (match.match_criteria ->> criterion.name)::numeric >= 0.5 then 'middle'
            else 'low'
        end as band
    from unnest(array['focusAreas', 'geographic', 'businessScale', 'industry', 'jobTitle']) as criterion (name)
    where jsonb_typeof(match.match_criteria -> criterion.name) = 'number'
) as part
where match.introduction_sent_time is not null
group by match.event_id, part.name, part.band;

comment on view public.vw_peer_match_by_criterion is 'Which criteria lead to connections: each introduced match counts once for each component of its score.';
comment on column public.vw_peer_match_by_criterion.event_id is 'The event.';
comment on column public.vw_peer_match_by_criterion.criterion is 'The component, as in match_criteria.';
comment on column public.vw_peer_match_by_criterion.band is 'high: 0.8 or more; middle: 0.5 or more; low.';
comment on column public.vw_peer_match_by_criterion.introduced is 'Introduced matches.';
comment on column public.vw_peer_match_by_criterion.answers is 'Answers, at most two for each.';
comment on column public.vw_peer_match_by_criterion.connections is 'Those in which both want to meet.';
comment on column public.vw_peer_match_by_criterion.connection_rate is 'Connections by introduced matches, 0 to 1.';
comment on column public.vw_peer_match_by_criterion.response_rate is 'Answers by two for each introduced match, 0 to 1.';
comment on column public.vw_peer_match_by_criterion.meetings is 'Those with an agreed meeting.';
comment on column public.vw_peer_match_by_criterion.meeting_rate is 'Meetings by introduced matches, 0 to 1.';

-- public.vw_peer_match_by_industry: which trades benefit.
--
-- An introduced match counts once for each trade that both are in; matches without one count under none.
--
-- Reads:  public.event_peer_matches

create or replace view public.vw_peer_match_by_industry as
select
    match.event_id,
    trade.name as industry,
    count(*) as introduced,
    count(match.contractor1_response) + count(match.contractor2_response) as answers,
    count(*) filter (where match.connection_made) as connections,
    round(count(*) filter (where match.connection_made)::numeric / count(*), 4) as connection_rate,
    round((count(match.contractor1_response) + count(match.contractor2_response))::numeric / (2 * count(*)), 4) as response_rate,
    count(*) filter (where match.meeting_scheduled) as meetings,
    round(count(*) filter (where match.meeting_scheduled)::numeric / count(*), 4) as meeting_rate
from public.event_peer_matches as match
cross join lateral (
    select shared.name
    from jsonb_array_elements_text(
        case
            when jsonb_array_length(
                case when jsonb_typeof(match.match_criteria -> 'sharedTrades') = 'array' then match.match_criteria -> 'sharedTrades' else '[]' end
            ) > 0 then match.match_criteria -> 'sharedTrades'
            else '["none"]'
        end
    ) as shared (name)
) as trade
where match.introduction_sent_time is not null
group by match.event_id, trade.name;

comment on view public.vw_peer_match_by_industry is 'Which trades benefit: an introduced match counts once for each trade that both are in.';
comment on column public.vw_peer_match_by_industry.event_id is 'The event.';
comment on column public.vw_peer_match_by_industry.industry is 'The trade; none: they share none.';
comment on column public.vw_peer_match_by_industry.introduced is 'Introduced matches.';
comment on column public.vw_peer_match_by_industry.answers is 'Answers, at most two for each.';
comment on column public.vw_peer_match_by_industry.connections is 'Those in which both want to meet.';
comment on column public.vw_peer_match_by_industry.connection_rate is 'Connections by introduced matches, 0 to 1.';
comment on column public.vw_peer_match_by_industry.response_rate is 'Answers by two for each introduced match, 0 to 1.';
comment on column public.vw_peer_match_by_industry.meetings is 'Those with an agreed meeting.';
comment on column public.vw_peer_match_by_industry.meeting_rate is 'Meetings by introduced matches, 0 to 1.';

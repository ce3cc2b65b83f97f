-- public.vw_peer_match_impact: whether people who were introduced rate the event higher than those who were not.
--
-- Of everybody who came and rated the event as a whole. Whoever chose to answer is no fair sample, and nobody was left out by lot: a
-- difference shows what went together, not what caused it.
--
-- Reads:  public.event_attendees, public.event_peer_matches, public.event_pcr_scores

create or replace view public.vw_peer_match_impact as
select
    known.event_id,
    count(*) filter (where known.is_introduced) as introduced,
    count(known.rating) filter (where known.is_introduced) as introduced_ratings,
    round(avg(known.rating) filter (where known.is_introduced), 2) as introduced_rating,
    count(*) filter (where known.is_connected) as connected,
    count(known.rating) filter (where known.is_connected) as connected_ratings,
    round(avg(known.rating) filter (where known.is_connected), 2) as connected_rating,
    count(*) filter (where not known.is_introduced) as others,
    count(known.rating) filter (where not known.is_introduced) as other_ratings,
    round(avg(known.rating) filter (where not known.is_introduced), 2) as other_rating,
    round(avg(known.rating) filter (where known.is_introduced) - avg(known.rating) filter (where not known.is_introduced), 2) as difference
from (
    select
        attendee.event_id,
        score.rating,
        coalesce(met.is_introduced, false) as is_introduced,
        coalesce(met.is_connected, false) as is_connected
    from public.event_attendees as attendee
    left join lateral (
        select avg(coalesce(score.explicit_score, score.final_pcr_score)) as rating
        from public.event_pcr_scores as score
        where score.event_id = attendee.event_id
        and score.contractor_id = attendee.contractor_id
        and score.pcr_type = 'overall_event'
    ) as score on true
    left join (
        select match.event_id, side.contractor_id, true as is_introduced, bool_or(match.connection_made) as is_connected
        from public.event_peer_matches as match
        cross join lateral (values (match.contractor1_id), (match.contractor2_id)) as side (contractor_id)
        where match.introduction_sent_time is not null
        group by match.event_id, side.contractor_id
    ) as met on met.event_id = attendee.event_id and met.contractor_id = attendee.contractor_id
    where attendee.check_in_time is not null
) as known
group by known.event_id;

comment on view public.vw_peer_match_impact is
    'Whether people who were introduced rate the event higher than those who were not: SELECT * FROM vw_peer_match_impact WHERE event_id = 41.';
comment on column public.vw_peer_match_impact.event_id is 'The event.';
comment on column public.vw_peer_match_impact.introduced is 'People who came and were introduced to somebody.';
comment on column public.vw_peer_match_impact.introduced_ratings is 'How many of them rated the event.';
comment on column public.vw_peer_match_impact.introduced_rating is 'Their mean rating, 1 to 10; NULL: nobody rated.';
comment on column public.vw_peer_match_impact.connected is 'Those of them with whom somebody wanted to meet, too.';
comment on column public.vw_peer_match_impact.connected_ratings is 'How many of these rated the event.';
comment on column public.vw_peer_match_impact.connected_rating is 'Their mean rating; NULL: nobody rated.';
comment on column public.vw_peer_match_impact.others is 'People who came and were introduced to nobody.';
comment on column public.vw_peer_match_impact.other_ratings is 'How many of them rated the event.';
comment on column public.vw_peer_match_impact.other_rating is 'Their mean rating; NULL: nobody rated.';
comment on column public.vw_peer_match_impact.difference is 'Mean rating of the introduced less that of the others; NULL: one of the two is not known.';

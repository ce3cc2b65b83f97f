-- public.vw_peer_match_outcomes: what became of introductions of which it is known, for learning.
--
-- A talk that was rated counts as a success from 7 of 10 on; an introduction that was not rated is one when both said yes. Whoever has
-- said nothing until the event is over has said no. Pairs that were called back, or whose score is not known, are no outcomes.
--
-- Reads:  public.event_peer_matches, public.events, public.event_pcr_scores

create or replace view public.vw_peer_match_outcomes as
select
    match.event_id,
    event.date as event_date,
    match.id as match_id,
    match.contractor1_id,
    match.contractor2_id,
    (match.match_criteria ->> 'focusAreas')::double precision as focus,
    (match.match_criteria ->> 'geographic')::double precision as geography,
    (match.match_criteria ->> 'businessScale')::double precision as scale,
    (match.match_criteria ->> 'industry')::double precision as industry,
    case when jsonb_typeof(match.match_criteria -> 'jobTitle') = 'number' then (match.match_criteria ->> 'jobTitle')::double precision end as title,
    rated.rating,
    coalesce(rated.rating >= 7, match.pcr_score >= 70, match.connection_made) as is_success
from public.event_peer_matches as match
join public.events as event on event.id = match.event_id
left join lateral (
    select avg(score.explicit_score) as rating
    from public.event_pcr_scores as score
    where score.pcr_type = 'peer_match'
    and score.event_id = match.event_id
    and score.entity_id = match.id
) as rated on true
where match.introduction_sent_time is not null
and match.status <> 'released'
and jsonb_typeof(match.match_criteria -> 'focusAreas') = 'number'
and jsonb_typeof(match.match_criteria -> 'geographic') = 'number'
and jsonb_typeof(match.match_criteria -> 'businessScale') = 'number'
and jsonb_typeof(match.match_criteria -> 'industry') = 'number'
and (
    match.connection_made
    or match.status in ('declined', 'expired')
    or rated.rating is not null
    or match.pcr_score is not null
    or event.end_date < (now() at time zone event.timezone)::date
);

comment on view public.vw_peer_match_outcomes is 'What became of introductions, as far as it is known: weights are learned from it.';
comment on column public.vw_peer_match_outcomes.event_id is 'The event.';
comment on column public.vw_peer_match_outcomes.event_date is 'Its first day.';
comment on column public.vw_peer_match_outcomes.match_id is 'The match.';
comment on column public.vw_peer_match_outcomes.contractor1_id is 'One of the two.';
comment on column public.vw_peer_match_outcomes.contractor2_id is 'The other.';
comment on column public.vw_peer_match_outcomes.focus is 'Component of the score, 0 to 1; so with those that follow.';
comment on column public.vw_peer_match_outcomes.geography is 'Component: distance.';
comment on column public.vw_peer_match_outcomes.scale is 'Component: revenue and team.';
comment on column public.vw_peer_match_outcomes.industry is 'Component: trades.';
comment on column public.vw_peer_match_outcomes.title is 'Component: job titles; NULL: one has none.';
comment on column public.vw_peer_match_outcomes.rating is 'Mean rating of the two, 1 to 10; NULL: not rated.';
comment on column public.vw_peer_match_outcomes.is_success is 'Whether it was worth it.';

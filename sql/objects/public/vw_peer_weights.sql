-- public.vw_peer_weights: each weight of matching: what the organiser set, what is in use, what was learned, what is pinned.
--
-- Reads:  public.event_peer_matching, public.event_peer_weights, public.event_peer_weight_fits

create or replace view public.vw_peer_weights as
select
    known.series,
    part.component,
    kind.with_titles,
    (kind.base ->> part.component)::numeric as set_by_organiser,
    (coalesce(kind.in_use, kind.base) ->> part.component)::numeric as in_use,
    (kind.old ->> part.component)::numeric as old,
    (kind.new ->> part.component)::numeric as new,
    part.component = any (known.pinned) as pinned,
    last.verdict,
    last.reason,
    last.outcomes,
    last.log_loss_before,
    last.log_loss_after,
    last.finished_at as learned_at
from public.event_peer_weights as known
cross join public.event_peer_matching as settings
left join lateral (
    select fit.*
    from public.event_peer_weight_fits as fit
    where fit.series is not distinct from known.series
    and fit.status = 'done'
    order by fit.id desc
    limit 1
) as last on true
cross join lateral (
    select known.base = settings.weights and known.base_with_titles = settings.weights_with_titles as is_current
) as learned
cross join lateral (
    values
        (false, settings.weights, case when learned.is_current then known.weights end, last.old_weights, last.new_weights),
        (
            true, settings.weights_with_titles, case when learned.is_current then known.weights_with_titles end,
            last.old_weights_with_titles, last.new_weights_with_titles
        )
) as kind (with_titles, base, in_use, old, new)
cross join lateral unnest(array['focus', 'geography', 'scale', 'industry', 'title']) with ordinality as part (component, place)
where settings.event_id is null
and (kind.with_titles or part.component <> 'title')
order by known.series nulls first, kind.with_titles, part.place;

comment on view public.vw_peer_weights is 'Each weight of matching: what the organiser set, what is in use, what the last order learned, what is pinned.';
comment on column public.vw_peer_weights.series is 'Of which events; NULL: all.';
comment on column public.vw_peer_weights.component is 'focus, geography, scale, industry, title.';
comment on column public.vw_peer_weights.with_titles is 'True: of pairs of whom both have a job title.';
comment on column public.vw_peer_weights.set_by_organiser is 'As event_peer_matching says for every event.';
comment on column public.vw_peer_weights.in_use is 'With which events are matched that set none of their own.';
comment on column public.vw_peer_weights.old is 'In use before the last order to learn; NULL: there was none.';
comment on column public.vw_peer_weights.new is 'What it learned; NULL: nothing.';
comment on column public.vw_peer_weights.pinned is 'True: learning never changes it.';
comment on column public.vw_peer_weights.verdict is 'Of the last order: applied, shown, too_few, no_better, pinned; NULL: there was none.';
comment on column public.vw_peer_weights.reason is 'The verdict in words.';
comment on column public.vw_peer_weights.outcomes is 'Outcomes that it knew.';
comment on column public.vw_peer_weights.log_loss_before is 'How badly the organiser''s weights foretell what was held back; NULL: not tried.';
comment on column public.vw_peer_weights.log_loss_after is 'The same with weights learned from the rest.';
comment on column public.vw_peer_weights.learned_at is 'When the order was done; NULL: there was none.';

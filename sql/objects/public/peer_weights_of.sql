-- public.peer_weights_of(event_id): the weights with which an event is matched, and where they come from.
--
-- What the event's own row in event_peer_matching says holds; else what was learned for its series, else for all events, as long as the
-- organiser's weights are still those that it was learned from; else the organiser's.
--
-- Arguments: event_id.
-- Returns: weights; weights_with_titles; source: event, series, learned or settings.
-- Reads:  public.event_peer_matching, public.event_peer_weights
-- Writes: nothing
-- Locks:  none

create or replace function public.peer_weights_of(event_id bigint)
returns table (weights jsonb, weights_with_titles jsonb, source text)
language sql
stable
rows 1
set search_path = pg_catalog, pg_temp
begin atomic
    with
    base as (
        select
            coalesce(settings.weights, '{"focus": 0.40, "geography": 0.25, "scale": 0.20, "industry": 0.15}') as plain,
            coalesce(
                settings.weights_with_titles, '{"focus": 0.35, "geography": 0.25, "scale": 0.20, "industry": 0.15, "title": 0.05}'
            ) as titled,
            own.weights as own_plain,
            own.weights_with_titles as own_titled,
            own.series,
            coalesce(own.learning, settings.learning, false) as is_learning
        from (select) as always
        left join public.event_peer_matching as settings on settings.event_id is null
        left join public.event_peer_matching as own on own.event_id = peer_weights_of.event_id
    )
    select
        coalesce(base.own_plain, learned.weights, base.plain),
        coalesce(base.own_titled, learned.weights_with_titles, base.titled),
        case
            when base.own_plain is not null or base.own_titled is not null then 'event'
            when learned.series is not null then 'series'
            when learned.weights is not null then 'learned'
            else 'settings'
        end
    from base
    left join lateral (
        select known.weights, known.weights_with_titles, known.series
        from public.event_peer_weights as known
        where base.is_learning
        -- Half of what an organiser has set is not mixed with half of what was learned.
        and base.own_plain is null
        and base.own_titled is null
        and known.weights is not null
        and known.base = base.plain
        and known.base_with_titles = base.titled
        and (known.series is null or known.series = base.series)
        order by known.series nulls last
        limit 1
    ) as learned on true;
end;

comment on function public.peer_weights_of(bigint) is 'The weights with which an event is matched: SELECT * FROM peer_weights_of(41).';

-- cli/peer_weights: the weights of matching, series by series.
--
-- Columns: answer jsonb: an array of series, outcomes, verdict, reason, log_loss_before, log_loss_after, learned_at, weights.
-- Reads:  public.vw_peer_weights
-- Locks:  none
select coalesce(jsonb_agg(known.told order by known.series nulls first), '[]') as answer
from (
    select
        weight.series,
        jsonb_build_object(
            'series', weight.series,
            'outcomes', min(weight.outcomes),
            'verdict', min(weight.verdict),
            'reason', min(weight.reason),
            'log_loss_before', min(weight.log_loss_before),
            'log_loss_after', min(weight.log_loss_after),
            'learned_at', min(weight.learned_at),
            'weights', jsonb_agg(
                jsonb_build_object(
                    'component', weight.component,
                    'with_titles', weight.with_titles,
                    'set_by_organiser', weight.set_by_organiser,
                    'old', weight.old,
                    'new', weight.new,
                    'in_use', weight.in_use,
                    'pinned', weight.pinned
                )
                order by weight.with_titles, array_position(array['focus', 'geography', 'scale', 'industry', 'title'], weight.component)
            )
        ) as told
    from public.vw_peer_weights as weight
    group by weight.series
) as known

-- matching/finish_fit: what was learned, and, where it is to be used, the weights that are in use from now on.
--
-- $1 bigint: order; $2 jsonb: verdict, reason, outcomes, successes, events, log_loss_before, log_loss_after, coefficients, pinned,
-- old_weights, new_weights, old_weights_with_titles, new_weights_with_titles.
-- Reads:  nothing else
-- Writes: public.event_peer_weight_fits, public.event_peer_weights
-- Locks:  the order, then the weights of its series, which begin_fit holds
with
done as (
    update public.event_peer_weight_fits as fit
    set status = 'done',
        finished_at = clock_timestamp(),
        verdict = result.verdict,
        reason = result.reason,
        outcomes = result.outcomes,
        successes = result.successes,
        events = result.events,
        log_loss_before = result.log_loss_before,
        log_loss_after = result.log_loss_after,
        coefficients = result.coefficients,
        pinned = result.pinned,
        old_weights = result.old_weights,
        new_weights = result.new_weights,
        old_weights_with_titles = result.old_weights_with_titles,
        new_weights_with_titles = result.new_weights_with_titles
    from jsonb_populate_record(null::public.event_peer_weight_fits, $2::jsonb) as result
    where fit.id = $1
    returning fit.*
)
update public.event_peer_weights as known
set weights = done.new_weights,
    weights_with_titles = done.new_weights_with_titles,
    -- As it stands in the rows: a number that went through the program might not be the same any more.
    base = done.base,
    base_with_titles = done.base_with_titles,
    fit_id = done.id,
    updated_at = clock_timestamp()
from done
where known.series is not distinct from done.series
and done.verdict = 'applied'

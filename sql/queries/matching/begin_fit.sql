-- matching/begin_fit: an order to learn weights that was not done yet, and what is in use.
--
-- $1 bigint: order; $2 bigint: the event of the ledger that has it done, NULL: none.
-- Columns: series, NULL: all events; dry_run; base, base_with_titles: as the organiser set them; weights, weights_with_titles: in use;
--          pinned text[]. No row: there is no such open order.
-- Reads:  public.event_peer_matching
-- Writes: public.event_peer_weight_fits, public.event_peer_weights
-- Locks:  the order, then the weights of its series, until it is done
with
settings as (
    select
        coalesce(settings.weights, '{"focus": 0.40, "geography": 0.25, "scale": 0.20, "industry": 0.15}') as plain,
        coalesce(settings.weights_with_titles, '{"focus": 0.35, "geography": 0.25, "scale": 0.20, "industry": 0.15, "title": 0.05}') as titled
    from (select) as always
    left join public.event_peer_matching as settings on settings.event_id is null
),
fit as (
    update public.event_peer_weight_fits as fit
    set caused_by = coalesce($2::bigint, fit.caused_by), base = settings.plain, base_with_titles = settings.titled
    from settings
    where fit.id = $1
    and fit.status = 'requested'
    returning fit.series, fit.dry_run
),
-- Held even where it is not changed: nobody pins between what is read here and what is written at the end.
known as (
    insert into public.event_peer_weights as known (series)
    select fit.series
    from fit
    on conflict on constraint event_peer_weights_series_key do update
    set series = excluded.series
    returning known.*
)
select
    fit.series,
    fit.dry_run,
    settings.plain as base,
    settings.titled as base_with_titles,
    case when known.base = settings.plain and known.base_with_titles = settings.titled then known.weights else settings.plain end as weights,
    case
        when known.base = settings.plain and known.base_with_titles = settings.titled then known.weights_with_titles
        else settings.titled
    end as weights_with_titles,
    known.pinned
from fit
cross join known
cross join settings

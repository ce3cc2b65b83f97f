-- public.order_peer_learning_stage(event_ids): the stage peer_learning_order; the clock says that weights may be learned.
--
-- An order for all events, and one for each series, where more outcomes are known than the last order had.
--
-- Arguments: event_ids of peer_learning_due events, already claimed.
-- Returns: nothing: every event goes through.
-- Reads:  public.event_peer_matching, public.vw_peer_match_outcomes, public.event_peer_weight_fits
-- Writes: public.event_peer_weight_fits, and by its trigger the ledger
-- Locks:  none beyond the inserted rows

create or replace function public.order_peer_learning_stage(event_ids bigint[])
returns table (event_id bigint, error text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into public.event_peer_weight_fits (series, caused_by)
    select scope.series, (select max(due.id) from unnest(event_ids) as due (id))
    from (
        select null::text as series
        union
        select own.series from public.event_peer_matching as own where own.series is not null
    ) as scope
    cross join lateral (
        select count(*) as outcomes
        from public.vw_peer_match_outcomes as outcome
        left join public.event_peer_matching as own on own.event_id = outcome.event_id
        where scope.series is null or own.series = scope.series
    ) as known
    left join lateral (
        select fit.outcomes
        from public.event_peer_weight_fits as fit
        where fit.series is not distinct from scope.series
        and fit.status = 'done'
        and not fit.dry_run
        order by fit.id desc
        limit 1
    ) as last on true
    where exists (select from public.event_peer_matching as settings where settings.learning)
    and known.outcomes > coalesce(last.outcomes, 0)
    order by scope.series nulls first;
end
$$;

comment on function public.order_peer_learning_stage(bigint[]) is
    'Stage peer_learning_order: orders the learning of weights where more has become known of introductions.';

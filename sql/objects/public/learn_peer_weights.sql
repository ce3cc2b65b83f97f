-- public.learn_peer_weights(series, dry_run): orders that the weights of matching be learned from what became of introductions.
--
-- Arguments: series: of which events, NULL: all; dry_run: the new weights are shown and not used.
-- Returns: the number of the order in event_peer_weight_fits, where old and new weights and the verdict are written.
-- Reads:  nothing else
-- Writes: public.event_peer_weight_fits, and by its trigger the ledger
-- Locks:  none beyond the inserted row

create or replace function public.learn_peer_weights(series text default null, dry_run boolean default false)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into public.event_peer_weight_fits (series, dry_run)
    values (nullif(btrim(learn_peer_weights.series), ''), coalesce(learn_peer_weights.dry_run, false))
    returning id;
end;

comment on function public.learn_peer_weights(text, boolean) is
    'Orders that weights be learned from what became of introductions: SELECT learn_peer_weights(), then SELECT * FROM vw_peer_weights.';

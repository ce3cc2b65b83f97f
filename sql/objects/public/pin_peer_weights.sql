-- public.pin_peer_weights(components, series): components whose weight learning never changes; all others are free.
--
-- Arguments: components: of focus, geography, scale, industry, title; an empty array frees all; series: of which events, NULL: all.
-- Returns: nothing.
-- Raises: 23514 a component that there is not.
-- Reads:  nothing else
-- Writes: public.event_peer_weights
-- Locks:  the row of the series

create or replace function public.pin_peer_weights(components text[], series text default null)
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into public.event_peer_weights as known (series, pinned)
    values (nullif(btrim(pin_peer_weights.series), ''), coalesce(pin_peer_weights.components, '{}'))
    on conflict on constraint event_peer_weights_series_key do update
    set pinned = excluded.pinned, updated_at = clock_timestamp();
end;

comment on function public.pin_peer_weights(text[], text) is 'Components whose weight learning never changes: SELECT pin_peer_weights(''{focus}'').';

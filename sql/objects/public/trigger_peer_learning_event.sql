-- trigger_peer_learning_event: an order to learn weights is the event peer_learning_requested {fit_id}.
--
-- Reads:  new_rows (transition table)
-- Writes: marketing.pipeline_events (by pipeline.emit_batch)
-- Locks:  none beyond the inserted rows

create or replace function public.announce_peer_learning()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_payloads jsonb[];
begin
    select array_agg(jsonb_build_object('fit_id', fit.id) order by fit.id) into v_payloads
    from new_rows as fit
    where fit.status = 'requested';

    if v_payloads is not null then
        perform pipeline.emit_batch('peer_learning_requested', v_payloads);
    end if;

    return null;
end
$$;

comment on function public.announce_peer_learning() is
    'Trigger function of event_peer_weight_fits: an order to learn is the event peer_learning_requested.';

create or replace trigger trigger_peer_learning_event
    after insert on public.event_peer_weight_fits
    referencing new table as new_rows
    for each statement
    execute function public.announce_peer_learning();

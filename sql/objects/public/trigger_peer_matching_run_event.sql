-- trigger_peer_matching_run_event: an order to match is the event peer_matching_requested {run_id, event_id}.
--
-- Reads:  new_rows (transition table)
-- Writes: marketing.pipeline_events (by pipeline.emit_batch)
-- Locks:  none beyond the inserted rows

create or replace function public.announce_peer_matching_run()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_payloads jsonb[];
begin
    select array_agg(jsonb_build_object('run_id', run.id, 'event_id', run.event_id) order by run.id) into v_payloads
    from new_rows as run
    where run.status = 'requested';

    if v_payloads is not null then
        -- Before the texts of the agenda: lunch is short.
        perform pipeline.emit_batch('peer_matching_requested', v_payloads, priority => 2);
    end if;

    return null;
end
$$;

comment on function public.announce_peer_matching_run() is
    'Trigger function of event_peer_matching_runs: an order to match is the event peer_matching_requested.';

create or replace trigger trigger_peer_matching_run_event
    after insert on public.event_peer_matching_runs
    referencing new table as new_rows
    for each statement
    execute function public.announce_peer_matching_run();

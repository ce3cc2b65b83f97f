-- public.cancel_message_events(event_ids, reason): cancels events of texts that still wait.
--
-- An event that somebody holds at this moment is being claimed: the stage looks at the text after us and finds out there. To wait for it
-- would be a deadlock, since the stage waits for the text.
--
-- Arguments: event_ids; reason, for the ledger.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: marketing.pipeline_events; by its trigger, and by pipeline.cancel_scheduled, the hot tables
-- Locks:  the events that nobody else holds, in the order of their ids

create or replace function public.cancel_message_events(event_ids bigint[], reason text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    -- Nearly all, where they are many.
    v_done constant bigint[] := pipeline.cancel_scheduled(event_ids, reason);
begin
    if cardinality(v_done) = cardinality(event_ids) then
        return;
    end if;

    with
    waiting as materialized (
        select event.id
        from unnest(event_ids) as given (event_id)
        join marketing.pipeline_events as event on event.id = given.event_id
        where event.status = 'pending'
        order by event.id
        for update of event skip locked
    )
    update marketing.pipeline_events as event
    set status = 'cancelled', error_message = cancel_message_events.reason
    from waiting
    where event.id = waiting.id;
end
$$;

comment on function public.cancel_message_events(bigint[], text) is 'Cancels events of texts that still wait.';

revoke execute on function public.cancel_message_events(bigint[], text) from public;

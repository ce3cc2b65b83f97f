-- public.watch_received_texts(provider): from now on the provider's list of received texts is read every five minutes.
--
-- For whoever has its keys; again it changes nothing, and edits of the schedule and the stage stay.
--
-- Arguments: provider: ghl or twilio.
-- Returns: nothing.
-- Reads:  pipeline.stages
-- Writes: public.inbound_readings, pipeline.stages, pipeline.schedules
-- Locks:  the new rows

create or replace function public.watch_received_texts(provider text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_name constant text := 'catch_up_' || watch_received_texts.provider;
begin
    insert into public.inbound_readings (provider)
    values (watch_received_texts.provider)
    on conflict (provider) do nothing;

    insert into pipeline.stages (
        name, event_type, kind, target, batch_size, concurrency, max_attempts, backoff, backoff_max, timeout, description
    )
    select
        v_name, v_name, 'builtin', 'messaging.catch_up', 1, 1, 3, '10 seconds', '1 minute', '60 seconds',
        format('Finds received texts whose notification was lost in the list that %s keeps.', watch_received_texts.provider)
    where not exists (select from pipeline.stages as stage where stage.name = v_name)
    on conflict (name) do nothing;

    insert into pipeline.schedules (name, cron, event_type, payload, missed, description)
    select
        v_name, '*/5 * * * *', v_name, jsonb_build_object('provider', watch_received_texts.provider), 'once',
        'Looks for received texts whose notification was lost. Write another cron, or enabled = false.'
    where not exists (select from pipeline.schedules as schedule where schedule.name = v_name)
    on conflict (name) do nothing;
end
$$;

comment on function public.watch_received_texts(text) is 'From now on the provider''s list of received texts is read every five minutes.';

revoke execute on function public.watch_received_texts(text) from public;

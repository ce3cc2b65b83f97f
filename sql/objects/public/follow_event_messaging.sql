-- public.follow_event_messaging(): texts that an event held back, or that wait for an account it no longer uses, are decided anew.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  nothing
-- Writes: public.event_messages
-- Locks:  the event's texts that are held or queued

create or replace function public.follow_event_messaging()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_event_id constant bigint := coalesce(new.event_id, old.event_id);
begin
    update public.event_messages as message
    set queued_at = null, pipeline_event_id = nextval('marketing.pipeline_events_id_seq')
    where message.event_id = v_event_id
    and message.status = 'scheduled'
    and (message.pipeline_event_id is null or message.queued_at is not null);

    return null;
end
$$;

comment on function public.follow_event_messaging() is 'Trigger function of event_messaging: what was held back or queued is decided anew.';

create or replace trigger follow_event_messaging
    after insert or update or delete on public.event_messaging
    for each row
    execute function public.follow_event_messaging();

-- public.keep_schedule(name, wanted, cron, event_type, description): a schedule that settings switch: it is made when it is wanted first.
--
-- What somebody has changed of it stays, but for whether it is enabled.
--
-- Arguments: name; wanted: whether it is enabled; cron, event_type, description: of a new one. A time that was missed is made up for once.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: pipeline.schedules
-- Locks:  the schedule

create or replace function public.keep_schedule(name text, wanted boolean, cron text, event_type text, description text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update pipeline.schedules as schedule
    set enabled = keep_schedule.wanted
    where schedule.name = keep_schedule.name
    and schedule.enabled <> keep_schedule.wanted;

    if wanted then
        insert into pipeline.schedules (name, cron, event_type, missed, description)
        values (keep_schedule.name, keep_schedule.cron, keep_schedule.event_type, 'once', keep_schedule.description)
        on conflict on constraint schedules_pkey do nothing;
    end if;
end
$$;

comment on function public.keep_schedule(text, boolean, text, text, text) is
    'A schedule that settings switch: it is made when it is wanted first.';

revoke execute on function public.keep_schedule(text, boolean, text, text, text) from public;

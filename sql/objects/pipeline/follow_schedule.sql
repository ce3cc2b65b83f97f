-- pipeline.follow_schedule(): tells the daemons that a schedule was made or edited.
--
-- Returns: nothing (statement trigger).
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.follow_schedule()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_notify('pipeline_wake', 'schedules');
    return null;
end
$$;

comment on function pipeline.follow_schedule() is 'Trigger function of pipeline.schedules: wakes the daemons.';

create or replace trigger follow_schedule
    after insert or update of cron, time_zone, enabled, next_at on pipeline.schedules
    for each statement
    execute function pipeline.follow_schedule();

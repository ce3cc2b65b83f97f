-- pipeline.check_schedule(): refuses an unknown time zone; an edited schedule is reckoned anew.
--
-- A cron expression is read by the daemons, who write into problem what is wrong with it.
--
-- Returns: the row, completed.
-- Reads:  pipeline.schedules, pg_catalog.pg_timezone_names
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.check_schedule()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- The server reads its whole directory of zones for a look, as long as a hundred inserts: once for each zone is enough.
    if not exists (select from pipeline.schedules as schedule where schedule.time_zone = new.time_zone)
        and not exists (select from pg_catalog.pg_timezone_names as zone where zone.name = new.time_zone)
    then
        raise invalid_parameter_value using
            message = format('There is no time zone %L.', new.time_zone),
            hint = 'Write an IANA name such as Europe/Berlin: SELECT name FROM pg_timezone_names;';
    end if;

    new.problem := null;
    if tg_op = 'INSERT' or new.next_at is not distinct from old.next_at then
        new.next_at := case when tg_op = 'INSERT' and new.enabled then new.next_at end;
    end if;
    return new;
end
$$;

comment on function pipeline.check_schedule() is 'Trigger function of pipeline.schedules: refuses unknown time zones, has edited rows reckoned anew.';

create or replace trigger check_schedule
    before insert or update of cron, time_zone, enabled on pipeline.schedules
    for each row
    execute function pipeline.check_schedule();

-- public.complete_event(): the last day of an event, its time zone and dates.
--
-- An event that is moved keeps its length, unless the writer says a new end, too.
--
-- Returns: the row, completed.
-- Reads:  pg_catalog.pg_timezone_names
-- Writes: nothing
-- Locks:  none

create or replace function public.complete_event()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_alike text;
begin
    new.updated_at := now();
    new.poc_phone := public.read_phone(new.poc_phone);
    new.sms_event_code := upper(nullif(btrim(new.sms_event_code), ''));
    new.timezone := btrim(new.timezone);

    if tg_op = 'UPDATE' and new.date <> old.date and new.end_date = old.end_date then
        new.end_date := old.end_date + (new.date - old.date);
    end if;
    new.end_date := coalesce(new.end_date, new.date);

    if new.timezone is null or not public.is_time_zone(new.timezone) then
        select string_agg(alike.name, ', ' order by alike.name) into v_alike
        from (
            select zone.name
            from pg_catalog.pg_timezone_names as zone
            where zone.name like '%/%'
            and zone.name not like 'posix/%'
            and lower(zone.name) like '%' || replace(lower(regexp_replace(new.timezone, '^.*/', '')), ' ', '\_') || '%'
            order by zone.name
            limit 5
        ) as alike;
        raise check_violation using
            message = coalesce(new.timezone || ' is no time zone.', 'An event needs a time zone.'),
            hint = coalesce('Did you mean ' || v_alike || '?', 'Give timezone an IANA name such as America/New_York.');
    end if;

    return new;
end
$$;

comment on function public.complete_event() is 'Trigger function of events: fills the last day, refuses an unknown time zone, and says which one may be meant.';

create or replace trigger complete_event
    before insert or update on public.events
    for each row
    execute function public.complete_event();

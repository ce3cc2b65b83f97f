-- public.moment_of(written, zone): a moment as people write it; where no zone is written, by the clock of the given one.
--
-- Whether a zone is written is asked of the server: read in two sessions far apart, it means the same moment.
--
-- Arguments: written: such as 2026-10-17T19:07:00, 2026-10-17 19:07 America/Chicago or 2026-10-17 19:07Z; zone: IANA name; left out: that of
--            the session.
-- Returns: the moment; NULL where nothing is written.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function public.moment_of(written text, zone text default current_setting('timezone'))
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- What is set below ends with the call.
set timezone = 'UTC'
as $$
declare
    v_here timestamptz;
    v_there timestamptz;
begin
    if written is null then
        return null;
    end if;

    perform set_config('timezone', 'Asia/Kolkata', true);
    v_there := written::timestamptz;
    perform set_config('timezone', zone, true);
    v_here := written::timestamptz;

    if not isfinite(v_here) then
        raise datetime_field_overflow;
    end if;
    return case when v_here = v_there then v_here else written::timestamp at time zone zone end;
exception
    when data_exception then
        raise invalid_datetime_format using
            message = format('%s is no time.', left(written, 60)),
            hint = 'Write 2026-10-17 19:07, by the clock of the event, or 2026-10-17 19:07 America/Chicago.';
end
$$;

comment on function public.moment_of(text, text) is
    'A moment as people write it; without a zone by the clock of the one that is given: SELECT moment_of(''2026-10-17 19:07'', ''America/Chicago'').';

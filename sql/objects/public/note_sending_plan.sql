-- public.note_sending_plan(texts, are_ahead): has the forecast made anew after texts were planned.
--
-- Many at once are a reason of their own; a few that lie ahead add up with others, whoever plans them: those of five minutes are looked at
-- together a few minutes later.
--
-- Arguments: texts: how many were planned or moved by one statement; are_ahead: whether some are due later than now.
-- Returns: nothing.
-- Reads:  nothing
-- Writes: marketing.pipeline_events
-- Locks:  none

create or replace function public.note_sending_plan(texts bigint, are_ahead boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if texts >= 30 or texts > 0 and are_ahead then
        insert into marketing.pipeline_events (event_type, run_at)
        values (
            'sending_planned',
            case
                when texts >= 30 then clock_timestamp()
                else date_bin('5 minutes', clock_timestamp(), timestamptz 'epoch') + interval '7 minutes'
            end
        );
    end if;
end
$$;

comment on function public.note_sending_plan(bigint, boolean) is 'Has the forecast made anew after texts were planned.';

revoke execute on function public.note_sending_plan(bigint, boolean) from public;

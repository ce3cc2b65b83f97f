-- public.schedule_messages_for_contractor(event_id, contractor_id): schedules all that an agenda has for one person.
--
-- It happens by itself when somebody registers.
--
-- Arguments: event_id; contractor_id.
-- Returns: how many texts of the person are scheduled now.
-- Reads:  nothing itself
-- Writes: what schedule_all_event_messages writes
-- Locks:  as schedule_all_event_messages

create or replace function public.schedule_messages_for_contractor(event_id bigint, contractor_id bigint)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if contractor_id is null then
        raise invalid_parameter_value using
            message = 'No contractor is named.',
            hint = 'To schedule the texts of everybody, SELECT public.schedule_all_event_messages(event_id).';
    end if;
    return public.schedule_all_event_messages(event_id, contractor_id);
end
$$;

comment on function public.schedule_messages_for_contractor(bigint, bigint) is
    'Schedules all texts that an event''s agenda has for a person: SELECT schedule_messages_for_contractor(41, 56). Returns how many are scheduled.';

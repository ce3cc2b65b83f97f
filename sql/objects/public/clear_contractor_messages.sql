-- public.clear_contractor_messages(event_id, contractor_id): cancels a person's texts of an event that have not been sent.
--
-- Arguments: event_id; contractor_id.
-- Returns: how many were cancelled.
-- Reads:  nothing
-- Writes: by public.clear_event_messages public.event_messages and marketing.pipeline_events
-- Locks:  the texts, in the order of their ids

create or replace function public.clear_contractor_messages(event_id bigint, contractor_id bigint)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if contractor_id is null then
        raise invalid_parameter_value using
            message = 'No contractor is named.',
            hint = 'To cancel the texts of everybody, SELECT public.clear_event_messages(event_id).';
    end if;
    return public.clear_event_messages(event_id, contractor_id);
end
$$;

comment on function public.clear_contractor_messages(bigint, bigint) is
    'Cancels a person''s unsent texts of an event: SELECT clear_contractor_messages(41, 56). Returns how many.';

-- marketing.resolve_pipeline_error(p_error_id, p_resolved_by, p_resolution_notes): settles an entry of the error log.
--
-- Arguments: p_error_id; p_resolved_by: who; p_resolution_notes: how, or NULL.
-- Returns: true when it was open; false when it was settled before; an unknown id raises PC001.
-- Reads:  nothing
-- Writes: marketing.pipeline_errors
-- Locks:  the entry

create or replace function marketing.resolve_pipeline_error(
    p_error_id bigint,
    p_resolved_by text,
    p_resolution_notes text default null
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update marketing.pipeline_errors as error
    set resolved = true,
        resolved_at = clock_timestamp(),
        resolved_by = coalesce(p_resolved_by, session_user),
        resolution_notes = p_resolution_notes
    where error.id = p_error_id
    and not error.resolved;

    if found then
        return true;
    end if;

    if not exists (select from marketing.pipeline_errors as error where error.id = p_error_id) then
        raise exception 'There is no error %.', p_error_id
            using errcode = 'PC001', hint = 'SELECT id, event_type, error_message FROM marketing.pipeline_errors WHERE NOT resolved;';
    end if;
    return false;
end
$$;

comment on function marketing.resolve_pipeline_error(bigint, text, text) is
    'Settles an entry of the error log; to run its event again, set the event''s status to pending.';

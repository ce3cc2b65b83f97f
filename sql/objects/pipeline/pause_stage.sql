-- pipeline.pause_stage(stage_id, reason): stops a stage whose account is refused, with one critical error.
--
-- Many calls may fail at once for the same cause; only the one that finds the stage running pauses it and writes the error.
--
-- Arguments: stage_id; reason: what happened and what to do before resuming.
-- Returns: true when this call paused it.
-- Reads:  nothing
-- Writes: pipeline.stages, marketing.pipeline_errors
-- Locks:  the stage's row

create or replace function pipeline.pause_stage(stage_id smallint, reason text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_stage pipeline.stages;
begin
    update pipeline.stages as stage
    set paused = true, paused_reason = pause_stage.reason
    where stage.id = pause_stage.stage_id
    and not stage.paused
    returning stage.* into v_stage;

    if not found then
        return false;
    end if;

    insert into marketing.pipeline_errors (event_type, record_id, error_message, error_details, severity)
    values (
        v_stage.event_type,
        v_stage.name,
        format('Stage %s is paused: %s Then resume: UPDATE pipeline.stages SET paused = false WHERE name = %L;', v_stage.name, reason, v_stage.name),
        jsonb_build_object('stage', v_stage.name),
        'critical'
    );
    return true;
end
$$;

comment on function pipeline.pause_stage(smallint, text) is
    'Pauses a stage and logs one critical error; false when it was paused already.';

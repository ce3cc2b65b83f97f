-- pipeline.date_stage_pause(): paused_at and paused_reason follow paused.
--
-- Returns: the row, completed.
-- Reads:  nothing
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.date_stage_pause()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.paused then
        new.paused_at := coalesce(new.paused_at, clock_timestamp());
    else
        new.paused_at := null;
        new.paused_reason := null;
    end if;
    return new;
end
$$;

comment on function pipeline.date_stage_pause() is 'Trigger function of pipeline.stages: dates a pause and clears its reason on resume.';

create or replace trigger date_stage_pause
    before insert or update of paused on pipeline.stages
    for each row
    execute function pipeline.date_stage_pause();

-- pipeline.follow_limit(): makes an edit of a limit take effect at once.
--
-- What it held back is queued again and judged anew by the next claim.
--
-- Returns: nothing (row trigger after the change).
-- Reads:  pipeline.parked, pipeline.stages
-- Writes: pipeline.limit_wakes; by pipeline.unpark pipeline.parked and pipeline.ready
-- Locks:  the parked rows

create or replace function pipeline.follow_limit()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pipeline.unpark(array(select parked.event_id from pipeline.parked where parked.limit_name = old.name));

    delete from pipeline.limit_wakes
    where stage_id in (select stage.id from pipeline.stages as stage where stage.limiter in (old.name, new.name));

    perform pg_notify('pipeline_wake', stage.event_type)
    from pipeline.stages as stage
    where stage.limiter in (old.name, new.name);

    return null;
end
$$;

comment on function pipeline.follow_limit() is 'Trigger function of pipeline.limits: what an edited limit held back is judged anew.';

create or replace trigger follow_limit
    after update or delete on pipeline.limits
    for each row
    execute function pipeline.follow_limit();

-- pipeline.has_due_keys(stage_id, limiter): whether parked events of a stage may begin under their limit.
--
-- Arguments: stage_id; limiter: the limit.
-- Returns: whether there is one.
-- Reads:  pipeline.waiting_keys
-- Writes: nothing
-- Locks:  none

create or replace function pipeline.has_due_keys(stage_id smallint, limiter text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A value, not a call: an index finds what is due only by what stands still.
    v_now constant timestamptz := clock_timestamp();
begin
    return exists (
        select
        from pipeline.waiting_keys as waiting
        where waiting.stage_id = has_due_keys.stage_id
        and waiting.wake_at <= v_now
        and waiting.limit_name = has_due_keys.limiter
    );
end
$$;

comment on function pipeline.has_due_keys(smallint, text) is 'Whether parked events of a stage may begin under their limit.';

-- pipeline.has_due_keys(stage_id, limiter): whether parked events of a stage may begin under their limit.
--
-- Arguments: stage_id; limiter: the limit.
-- Returns: whether there is one.
-- Reads:  pipeline.limit_usage, pipeline.parked
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
        from pipeline.limit_usage as bucket
        where bucket.wake_at <= v_now
        and bucket.limit_name = has_due_keys.limiter
        and exists (
            select from pipeline.parked
            where parked.limit_name = bucket.limit_name
            and parked.key = bucket.key
            and parked.stage_id = has_due_keys.stage_id
            -- Keeps this a look for the first one, however many there are.
            offset 0
        )
    );
end
$$;

comment on function pipeline.has_due_keys(smallint, text) is 'Whether parked events of a stage may begin under their limit.';

-- pipeline.spend(stage_id, limiter, most, holds): takes tokens of a limit without a key, for events that wait for the stage.
--
-- Arguments: stage_id; limiter; most: how many are wanted; holds: whether they go on after this transaction.
-- Returns: how many events may begin; they must be begun in this transaction.
-- Reads:  pipeline.ready
-- Writes: pipeline.limit_usage, pipeline.limit_wakes
-- Locks:  the bucket's row

drop function if exists pipeline.spend(smallint, text, integer);

create or replace function pipeline.spend(stage_id smallint, limiter text, most integer, holds boolean)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_permits record;
    v_waiting integer;
    v_allowed integer;
begin
    select permits.* into v_permits from pipeline.permits(spend.limiter, '', spend.holds) as permits;

    -- No token is spent on an event that somebody else has taken meanwhile: whoever takes one here holds the bucket.
    select count(*) into v_waiting
    from (select from pipeline.ready where ready.stage_id = spend.stage_id limit spend.most for update skip locked) as waiting;

    if exists (select from pipeline.ready where ready.stage_id = spend.stage_id and ready.alone) then
        v_waiting := least(v_waiting, 1);
    end if;

    v_allowed := greatest(least(v_waiting, v_permits.calls, floor(v_permits.tokens)::integer), 0);

    update pipeline.limit_usage as bucket
    set tokens = bucket.tokens - v_allowed
    where bucket.limit_name = spend.limiter
    and bucket.key = ''
    and v_permits.per_second is not null;

    -- The rate holds some back: look again when the next token is there.
    if v_permits.per_second is not null and v_waiting > 0 and v_permits.tokens - v_allowed < 1 then
        insert into pipeline.limit_wakes (stage_id, wake_at)
        values (spend.stage_id, pipeline.next_permit_at(v_permits.tokens - v_allowed, v_permits.per_second, v_permits.burst, null))
        on conflict (stage_id) do update
        set wake_at = excluded.wake_at;

        perform pg_notify('pipeline_wake', 'schedule');
    end if;

    return v_allowed;
end
$$;

comment on function pipeline.spend(smallint, text, integer, boolean) is 'Takes tokens of a limit for events that wait for a stage; returns how many may begin.';

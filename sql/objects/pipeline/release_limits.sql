-- pipeline.release_limits(): when a call under a limit ends, whatever its end, the next event with its key may begin.
--
-- The bucket is locked before anything is looked for: a claim that counted this call holds it, and has parked what it parks when it
-- lets go.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows (transition table), pipeline.limits, pipeline.stages
-- Writes: pipeline.waiting_keys
-- Locks:  buckets in the order of limit and key, then their rows of pipeline.waiting_keys

create or replace function pipeline.release_limits()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of limits with a key, the calls of which others wait for.
    v_keyed text[];
    -- Stages of which some may begin now.
    v_freed smallint[];
begin
    if not exists (select from old_rows where old_rows.limit_name is not null) then
        return null;
    end if;

    v_keyed := array(
        select limits.name
        from pipeline.limits
        where limits.key is not null
        and limits.concurrency is not null
        and limits.name in (select old_rows.limit_name from old_rows)
    );

    perform
    from pipeline.limit_usage as bucket
    where bucket.limit_name = any (v_keyed)
    and (bucket.limit_name, bucket.key) in (select old_rows.limit_name, old_rows.limit_key from old_rows)
    order by bucket.limit_name, bucket.key
    for update;

    with freed as (
        update pipeline.waiting_keys as waiting
        set wake_at = clock_timestamp()
        where waiting.limit_name = any (v_keyed)
        and (waiting.limit_name, waiting.key) in (select old_rows.limit_name, old_rows.limit_key from old_rows)
        -- Those that wait for the rate, too, are told by the schedule; others may have been told while this held their bucket.
        and (waiting.wake_at is null or waiting.wake_at <= clock_timestamp())
        returning waiting.stage_id
    )
    select array_agg(distinct freed.stage_id) into v_freed
    from freed;

    -- Without a key nothing is parked: the stages look at their queues again.
    perform pg_notify('pipeline_wake', stage.event_type)
    from pipeline.limits
    join pipeline.stages as stage on stage.limiter = limits.name
    where stage.id = any (v_freed)
    or (
        limits.key is null
        and limits.concurrency is not null
        and limits.name in (select old_rows.limit_name from old_rows)
    );

    return null;
end
$$;

comment on function pipeline.release_limits() is
    'Trigger function of pipeline.inflight and pipeline.let_go: lets the next event with the same key begin when a call ends.';

create or replace trigger release_limits
    after delete on pipeline.inflight
    referencing old table as old_rows
    for each statement
    execute function pipeline.release_limits();

create or replace trigger release_limits
    after delete on pipeline.let_go
    referencing old table as old_rows
    for each statement
    execute function pipeline.release_limits();

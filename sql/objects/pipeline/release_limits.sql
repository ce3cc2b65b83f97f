-- pipeline.release_limits(): when a call under a limit ends, whatever its end, the next event with its key may begin.
--
-- The bucket is locked before anything is looked for: a claim that counted this call holds it, and has parked what it parks when it
-- lets go.
--
-- Returns: nothing (statement trigger).
-- Reads:  old_rows (transition table), pipeline.limits, pipeline.stages, pipeline.parked
-- Writes: by pipeline.unpark pipeline.parked and pipeline.ready
-- Locks:  buckets in the order of limit and key, then parked rows

create or replace function pipeline.release_limits()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_next bigint[];
begin
    if not exists (select from old_rows where old_rows.limit_name is not null) then
        return null;
    end if;

    perform
    from pipeline.limit_usage as bucket
    where (bucket.limit_name, bucket.key) in (select old_rows.limit_name, old_rows.limit_key from old_rows)
    order by bucket.limit_name, bucket.key
    for update;

    select array_agg(next.event_id) into v_next
    from (
        select old_rows.limit_name, old_rows.limit_key, count(*) as calls
        from old_rows
        where old_rows.limit_name is not null
        group by old_rows.limit_name, old_rows.limit_key
    ) as ended
    cross join lateral (
        select parked.event_id
        from pipeline.parked
        where parked.limit_name = ended.limit_name
        and parked.key = ended.limit_key
        and parked.until is null
        order by parked.priority, parked.event_id
        limit ended.calls
        for update skip locked
    ) as next;

    if v_next is not null then
        perform pipeline.unpark(v_next);
    end if;

    -- Without a key nothing is parked: the stages look at their queues again.
    perform pg_notify('pipeline_wake', stage.event_type)
    from pipeline.limits
    join pipeline.stages as stage on stage.limiter = limits.name
    where limits.key is null
    and limits.concurrency is not null
    and limits.name in (select old_rows.limit_name from old_rows);

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

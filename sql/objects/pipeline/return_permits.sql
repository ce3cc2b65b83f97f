-- pipeline.return_permits(limit_names, limit_keys): gives back what was taken of limits for events that did not begin after all.
--
-- Somebody held them in the ledger, they were settled without a call, are too large to be held with the others, or waited for their calls when
-- the stage was paused or the daemon stopped. Stages under these limits look at once for whom that may do.
--
-- Arguments: limit_names, limit_keys: of one event each, what pipeline.admit took for it.
-- Returns: nothing.
-- Reads:  pipeline.limits, pipeline.stages
-- Writes: pipeline.limit_usage, pipeline.waiting_keys, pipeline.limit_wakes
-- Locks:  the buckets, in the order of limit and key

drop function if exists pipeline.return_permits(smallint, bigint[]);

create or replace function pipeline.return_permits(limit_names text[], limit_keys text[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_names text[];
    v_keys text[];
    v_permits bigint[];
begin
    select array_agg(given.name), array_agg(given.key), array_agg(given.permits) into v_names, v_keys, v_permits
    from (
        select taken.name, taken.key, count(*) as permits
        from unnest(limit_names, limit_keys) as taken (name, key)
        group by taken.name, taken.key
    ) as given;

    perform
    from pipeline.limit_usage as bucket
    where (bucket.limit_name, bucket.key) in (select * from unnest(v_names, v_keys))
    order by bucket.limit_name, bucket.key
    for update;

    update pipeline.limit_usage as bucket
    -- A bucket holds no more than it may, whoever fills it.
    set tokens = least(bucket.tokens + given.permits, coalesce(limits.burst, limits.rate))
    from unnest(v_names, v_keys, v_permits) as given (name, key, permits)
    join pipeline.limits on limits.name = given.name
    where bucket.limit_name = given.name
    and bucket.key = given.key
    and limits.rate is not null;

    update pipeline.waiting_keys as waiting
    set wake_at = clock_timestamp()
    where (waiting.limit_name, waiting.key) in (select * from unnest(v_names, v_keys));

    delete from pipeline.limit_wakes as wake
    using pipeline.stages as stage
    where stage.limiter = any (v_names)
    and wake.stage_id = stage.id;

    perform pg_notify('pipeline_wake', stage.event_type) from pipeline.stages as stage where stage.limiter = any (v_names);
end
$$;

comment on function pipeline.return_permits(text[], text[]) is 'Gives back what was taken of limits for events that did not begin after all.';

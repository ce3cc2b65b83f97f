-- pipeline.forget_full_buckets(): forgets buckets of keys that are full again and so say nothing.
--
-- Returns: nothing.
-- Reads:  pipeline.limits, pipeline.parked
-- Writes: pipeline.limit_usage
-- Locks:  the buckets

create or replace function pipeline.forget_full_buckets()
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    delete from pipeline.limit_usage as bucket
    using pipeline.limits
    where limits.name = bucket.limit_name
    and bucket.key <> ''
    and bucket.filled_at < clock_timestamp() - 2 * limits.period - interval '1 minute'
    and bucket.tokens >= 0
    and not exists (select from pipeline.parked where parked.limit_name = bucket.limit_name and parked.key = bucket.key);
end;

comment on function pipeline.forget_full_buckets() is 'Forgets buckets of keys that are full again.';

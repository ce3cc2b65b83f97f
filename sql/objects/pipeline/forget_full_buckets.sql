-- pipeline.forget_full_buckets(): forgets buckets of keys that are full again and so say nothing.
--
-- Some at a time, since claims wait for a bucket that is being forgotten until its chore has committed.
--
-- Returns: nothing.
-- Reads:  pipeline.limits, pipeline.waiting_keys
-- Writes: pipeline.limit_usage
-- Locks:  buckets that nobody else holds

create or replace function pipeline.forget_full_buckets()
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    delete from pipeline.limit_usage
    where ctid = any (
        array(
            select bucket.ctid
            from pipeline.limit_usage as bucket
            join pipeline.limits on limits.name = bucket.limit_name
            where bucket.key <> ''
            and bucket.filled_at < clock_timestamp() - 2 * limits.period - interval '1 minute'
            and bucket.tokens >= 0
            and not exists (
                select from pipeline.waiting_keys as waiting
                where waiting.limit_name = bucket.limit_name
                and waiting.key = bucket.key
            )
            limit 200000
            for update of bucket skip locked
        )
    );
end;

comment on function pipeline.forget_full_buckets() is 'Forgets buckets of keys that are full again.';

-- pipeline.release_parked(): lets parked events go on whose key has no call under way, although none was told to: a call's end found nobody.
--
-- Returns: nothing.
-- Reads:  pipeline.parked, pipeline.inflight, pipeline.let_go
-- Writes: pipeline.limit_usage
-- Locks:  buckets that nobody else holds

create or replace function pipeline.release_parked()
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    update pipeline.limit_usage
    set wake_at = clock_timestamp()
    where ctid = any (
        array(
            select bucket.ctid
            from pipeline.limit_usage as bucket
            where bucket.wake_at is null
            and exists (
                select from pipeline.parked
                where parked.limit_name = bucket.limit_name
                and parked.key = bucket.key
                offset 0
            )
            and not exists (
                select from pipeline.inflight as claim
                where claim.limit_name = bucket.limit_name
                and claim.limit_key = bucket.key
            )
            and not exists (
                select from pipeline.let_go as gone
                where gone.limit_name = bucket.limit_name
                and gone.limit_key = bucket.key
            )
            for update of bucket skip locked
        )
    );
end;

comment on function pipeline.release_parked() is 'Lets parked events go on whose key has no call under way.';

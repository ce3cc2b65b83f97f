-- pipeline.forget_dedupe_keys(): forgets dedupe keys whose window is over.
--
-- So many at once that it keeps up with ten thousand new keys a second; they take a third of a second.
--
-- Returns: nothing.
-- Reads:  nothing
-- Writes: pipeline.dedupe
-- Locks:  expired keys that nobody else holds

create or replace function pipeline.forget_dedupe_keys()
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    delete from pipeline.dedupe
    where ctid = any (
        array(
            select expired.ctid
            from pipeline.dedupe as expired
            where expired.expires_at <= clock_timestamp()
            order by expired.expires_at
            limit 200000
            for update skip locked
        )
    );
end;

comment on function pipeline.forget_dedupe_keys() is 'Forgets dedupe keys whose window is over.';

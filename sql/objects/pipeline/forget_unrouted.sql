-- pipeline.forget_unrouted(): forgets rows of pipeline.unrouted whose event was deleted or settled.
--
-- That happens only where triggers were turned off. So of many rows those of a hundred pages are looked at, some ten thousand, anywhere
-- in the table: in time all are, whatever their ids.
--
-- Returns: nothing.
-- Reads:  marketing.pipeline_events (by id)
-- Writes: pipeline.unrouted
-- Locks:  the rows that nobody else holds

create or replace function pipeline.forget_unrouted()
returns void
language sql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
begin atomic
    delete from pipeline.unrouted
    where event_id = any (
        array(
            select looked_at.event_id
            from (
                select unrouted.event_id
                from pipeline.unrouted
                -- In per cent.
                tablesample system (
                    least(100, 100 * 100 * current_setting('block_size')::real / greatest(pg_relation_size('pipeline.unrouted'), 1))
                )
                for update skip locked
            ) as looked_at
            where not exists (
                select from marketing.pipeline_events as event
                where event.id = looked_at.event_id
                and event.status = 'pending'
            )
        )
    );
end;

comment on function pipeline.forget_unrouted() is 'Forgets rows of pipeline.unrouted whose event was deleted or settled.';

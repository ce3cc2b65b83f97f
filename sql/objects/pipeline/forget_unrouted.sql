-- pipeline.forget_unrouted(): forgets rows of pipeline.unrouted whose event was deleted or settled.
--
-- That happens only where triggers were turned off. So of many rows ten thousand are looked at, from anywhere on: in time all are.
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
                where unrouted.event_id >= (
                    -- From before the first on: it is looked at as often as every other.
                    select first.event_id - 10000 + floor(random() * (last.event_id - first.event_id + 10001))::bigint
                    from (select min(unrouted.event_id) as event_id from pipeline.unrouted) as first
                    cross join (select max(unrouted.event_id) as event_id from pipeline.unrouted) as last
                )
                order by unrouted.event_id
                limit 10000
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

-- pipeline.forget_unrouted(): forgets rows of pipeline.unrouted whose event was deleted or settled.
--
-- Returns: nothing.
-- Reads:  marketing.pipeline_events (by id)
-- Writes: pipeline.unrouted
-- Locks:  the rows that nobody else holds

create or replace function pipeline.forget_unrouted()
returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    delete from pipeline.unrouted
    where event_id = any (
        array(
            select unrouted.event_id
            from pipeline.unrouted
            where not exists (
                select from marketing.pipeline_events as event
                where event.id = unrouted.event_id
                and event.status = 'pending'
            )
            order by unrouted.event_id
            limit 10000
            for update skip locked
        )
    );
end;

comment on function pipeline.forget_unrouted() is 'Forgets rows of pipeline.unrouted whose event was deleted or settled.';

-- cli/cancel_events: no more work on unfinished events.
--
-- $1 bigint[]: ids.
-- Returns: id, event_type of those that were changed; one that is finished by now is left as it is.
-- Writes: marketing.pipeline_events; by its trigger the hot tables
-- Locks:  the events, in the order of their ids
with
locked as materialized (
    select event.id
    from marketing.pipeline_events as event
    where event.id = any ($1::bigint[])
    and event.status in ('pending', 'processing')
    order by event.id
    for update
)
update marketing.pipeline_events as event
set status = 'cancelled'
from locked
where event.id = locked.id
returning event.id, event.event_type
